package spice.vllm;

import java.nio.file.Path;
import spice.activities.CheckpointFolders;
import spice.model.HuggingFaceCodec;
import spice.model.ModelConfig;
import spice.model.ModelFolder;

/// A checkpoint on this machine, whose weights go to the server.
///
/// @param name of the checkpoint for people
/// @param weights what its weights are told apart by: checkpoints of equal weights have an equal one
/// @param folder with its files, deleted when it is closed
record FetchedCheckpoint(String name, String weights, Path folder, ModelConfig config, HuggingFaceCodec codec)
        implements AutoCloseable {

    static FetchedCheckpoint open(String name, String weights, Path folder) {
        return new FetchedCheckpoint(name, weights, folder, ModelFolder.config(folder), ModelFolder.codec(folder));
    }

    @Override
    public void close() {
        codec.close();
        CheckpointFolders.delete(folder);
    }
}
