package spice.vllm;

import java.nio.file.Path;
import spice.model.HuggingFaceCodec;
import spice.model.ModelConfig;
import spice.model.ModelFolder;
import spice.store.Folders;

/// A checkpoint on this machine whose weights go to the server.
///
/// @param name the checkpoint's name, for people
/// @param weights identifies the weights: equal for checkpoints of equal weights
/// @param folder contains the checkpoint's files; deleted on close
/// @param served the folder of the weights that go to the server: that folder, or one in it
/// @param merged whether these are float32 weights with an adapter in them, which the server must not round
record FetchedCheckpoint(
        String name,
        String weights,
        Path folder,
        Path served,
        boolean merged,
        ModelConfig config,
        HuggingFaceCodec codec)
        implements AutoCloseable {
    private static final String MERGED = "merged";

    static FetchedCheckpoint open(String name, String weights, Path folder) {
        boolean merged = ModelFolder.hasAdapter(folder);
        Path served = merged ? folder.resolve(MERGED) : folder;
        if (merged) {
            ModelFolder.merge(folder, served);
        }
        ModelFolder.checkWeights(served);
        return new FetchedCheckpoint(
                name, weights, folder, served, merged, ModelFolder.config(folder), ModelFolder.codec(folder));
    }

    @Override
    public void close() {
        codec.close();
        Folders.delete(folder);
    }
}
