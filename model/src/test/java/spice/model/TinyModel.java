package spice.model;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Small random models with a tokenizer of one word per token, for tests here and in the modules above.
public final class TinyModel {
    private TinyModel() {}

    /// Two layers, sixteen wide, four heads on two key heads, a tied head.
    public static ModelConfig config() {
        return new ModelConfig(12, 16, 24, 2, 4, 2, 4, 64, 10_000, 1e-6, true, 0);
    }

    /// The same with an output head of its own.
    public static ModelConfig untied() {
        return new ModelConfig(12, 16, 24, 2, 4, 2, 4, 64, 10_000, 1e-6, false, 0);
    }

    /// The size of the nano model, with room for a vocabulary of 45.
    public static ModelConfig nano() {
        return new ModelConfig(45, 128, 352, 4, 4, 4, 32, 192, 10_000, 1e-6, true, 0);
    }

    /// A folder with fresh weights and a tokenizer whose token i is the word `w<i>`, apart from the stop token, `<eos>`.
    public static Path create(Path folder, ModelConfig config, long seed) {
        ModelFolder.create(folder, config, seed);
        List<String> words = new ArrayList<>();
        for (int i = 0; i < config.vocabularySize(); i++) {
            words.add("\"" + word(config, i) + "\": " + i);
        }
        String tokenizer =
                """
                {
                  "version": "1.0",
                  "added_tokens": [{
                    "id": %d, "content": "<eos>", "special": true,
                    "single_word": false, "lstrip": false, "rstrip": false, "normalized": false
                  }],
                  "pre_tokenizer": {"type": "WhitespaceSplit"},
                  "model": {"type": "WordLevel", "vocab": {%s}, "unk_token": "%s"}
                }
                """
                        .formatted(config.stopToken(), String.join(", ", words), word(config, 1));
        WholeFile.write(folder.resolve(ModelFolder.TOKENIZER), tokenizer.getBytes(StandardCharsets.UTF_8));
        return folder;
    }

    private static String word(ModelConfig config, int token) {
        return token == config.stopToken() ? "<eos>" : "w" + token;
    }
}
