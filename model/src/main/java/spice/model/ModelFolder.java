package spice.model;

import java.nio.file.Path;

/// A model as files in Hugging Face layout: `config.json`, `model.safetensors`, `tokenizer.json`,
/// `tokenizer_config.json`, `generation_config.json`.
public final class ModelFolder {
    private ModelFolder() {}

    /// Writes a fresh model: `config.json`, `generation_config.json` and random weights in `model.safetensors`, which
    /// are the same bytes for the same config and seed. The tokenizer files are the caller's.
    public static void create(Path folder, ModelConfig config, long seed) {
        throw new UnsupportedOperationException();
    }
}
