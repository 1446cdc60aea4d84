package spice.chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Chat templates for tests, and the files of models that have them.
public final class Chats {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Chats() {}

    public static String resource(String name) {
        try (InputStream resource = Chats.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalArgumentException("there is no " + name);
            }
            return new String(resource.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The chat of Qwen2.5's kind, whose replies end with the stop token `<|im_end|>`.
    public static ChatTemplate chatml() {
        return read(files(tokenizer("", "<|im_start|>", "<|im_end|>"), config("qwen2_5-like", "")), List.of(1));
    }

    /// Reads a template in this process.
    static ChatTemplate read(Function<String, Optional<byte[]>> files, List<Integer> stopTokens) {
        return new ChatTemplate(ChatTemplateReader.texts(files, stopTokens));
    }

    /// The files of a model, by name.
    static Function<String, Optional<byte[]>> files(ObjectNode tokenizer, ObjectNode tokenizerConfig) {
        Map<String, byte[]> files = new HashMap<>();
        files.put("tokenizer.json", tokenizer.toString().getBytes(UTF_8));
        files.put("tokenizer_config.json", tokenizerConfig.toString().getBytes(UTF_8));
        return name -> Optional.ofNullable(files.get(name));
    }

    /// A tokenizer with these special tokens, numbered from 0.
    ///
    /// @param begin what the tokenizer puts before any text; may be empty
    static ObjectNode tokenizer(String begin, String... special) {
        ObjectNode tokenizer = JSON.createObjectNode();
        tokenizer.putObject("model").putObject("vocab").put("<|no_added_token|>", 7);
        ArrayNode added = tokenizer.putArray("added_tokens");
        for (String token : special) {
            added.addObject().put("id", added.size() - 1).put("content", token).put("special", true);
        }
        if (!begin.isEmpty()) {
            ObjectNode template = tokenizer
                    .putObject("post_processor")
                    .put("type", "Sequence")
                    .putArray("processors")
                    .addObject();
            template.put("type", "TemplateProcessing");
            ArrayNode single = template.putArray("single");
            single.addObject().putObject("SpecialToken").put("id", begin).put("type_id", 0);
            single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        }
        return tokenizer;
    }

    /// A tokenizer's config.
    ///
    /// @param template name of a template among the test resources; empty for none
    /// @param begin text of `bos_token`; empty for none
    static ObjectNode config(String template, String begin) {
        ObjectNode config = JSON.createObjectNode();
        if (!template.isEmpty()) {
            config.put("chat_template", resource(template + ".jinja"));
        }
        if (!begin.isEmpty()) {
            config.putObject("bos_token").put("content", begin).put("lstrip", false);
        }
        return config.put("eos_token", "</s>").putNull("unk_token");
    }
}
