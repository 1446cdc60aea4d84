package spice.model;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// The tokenizer of a model folder, run by Hugging Face's own library.
public final class HuggingFaceCodec implements TextCodec, AutoCloseable {
    /// DJL cuts texts at 512 tokens unless told not to.
    private static final Map<String, String> OPTIONS =
            Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

    private final HuggingFaceTokenizer tokenizer;
    private final List<Integer> stopTokens;

    private HuggingFaceCodec(HuggingFaceTokenizer tokenizer, List<Integer> stopTokens) {
        this.tokenizer = tokenizer;
        this.stopTokens = List.copyOf(stopTokens);
    }

    /// @throws ModelException if the file is missing, is not a tokenizer or does not know a stop token
    static HuggingFaceCodec open(Path file, List<Integer> stopTokens) {
        if (!Files.isRegularFile(file)) {
            throw new ModelException(file + " is missing; a model folder holds " + ModelFolder.FILES);
        }
        HuggingFaceTokenizer tokenizer = tokenizer(file);
        for (int stopToken : stopTokens) {
            if (tokenizer.decode(new long[] {stopToken}, false).isEmpty()) {
                tokenizer.close();
                throw new ModelException(
                        "%s has no token %d, which config.json or generation_config.json names as eos_token_id. Take all three from the same model"
                                .formatted(file, stopToken));
            }
        }
        return new HuggingFaceCodec(tokenizer, stopTokens);
    }

    private static HuggingFaceTokenizer tokenizer(Path file) {
        try {
            JsonFile.requireSize(file, ModelFolder.LARGEST_COMPANION);
            return HuggingFaceTokenizer.newInstance(file, OPTIONS);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        } catch (ModelException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new ModelException(
                    "%s is not a tokenizer: %s. Copy or download the file again".formatted(file, e.getMessage()), e);
        }
    }

    @Override
    public int[] encode(String text) {
        // DJL's own call copies six further arrays out of native memory, a string for each token among them.
        long encoding = TokenizersLibrary.LIB.encode(tokenizer.getHandle(), text, false);
        try {
            return Arrays.stream(TokenizersLibrary.LIB.getTokenIds(encoding))
                    .mapToInt(Math::toIntExact)
                    .toArray();
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    @Override
    public String decode(int[] tokens) {
        long[] ids = Arrays.stream(tokens)
                .filter(token -> !stopTokens.contains(token))
                .asLongStream()
                .toArray();
        return tokenizer.decode(ids, false);
    }

    @Override
    public List<Integer> stopTokens() {
        return stopTokens;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
