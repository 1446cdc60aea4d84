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
record FetchedCheckpoint(String name, String weights, Path folder, ModelConfig config, HuggingFaceCodec codec)
        implements AutoCloseable {

    static FetchedCheckpoint open(String name, String weights, Path folder) {
        ModelFolder.checkWeights(folder);
        return new FetchedCheckpoint(name, weights, folder, ModelFolder.config(folder), ModelFolder.codec(folder));
    }

    @Override
    public void close() {
        codec.close();
        Folders.delete(folder);
    }
}
