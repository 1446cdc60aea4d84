package spice.chat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import spice.model.ModelException;

/// The parts of a `tokenizer.json` that concern dialogues. Vocabulary and merges, nearly all of the file, are
/// skipped.
///
/// @param added texts of the added tokens, by id
/// @param marks those added tokens that are marked as special, or stand in angle or square brackets
/// @param begin what the tokenizer puts before any text, such as `<|begin_of_text|>`; often empty
record TokenizerFile(Map<Integer, String> added, Set<String> marks, String begin) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /// @throws ModelException if the file is not JSON
    static TokenizerFile read(byte[] content) {
        Map<Integer, String> added = new TreeMap<>();
        Set<String> marks = new TreeSet<>();
        String begin = "";
        try (JsonParser json = JSON.createParser(content)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "added_tokens" ->
                        JSON.<JsonNode>readTree(json).forEach(token -> {
                            String text = token.path("content").asText();
                            added.put(token.path("id").asInt(), text);
                            if (token.path("special").asBoolean() || text.matches("(?s)<.+>|\\[.+]")) {
                                marks.add(text);
                            }
                        });
                    case "post_processor" -> begin = begin(JSON.readTree(json));
                    default -> json.skipChildren();
                }
            }
        } catch (IOException e) {
            throw new ModelException("tokenizer.json is not JSON: " + e.getMessage(), e);
        }
        return new TokenizerFile(added, marks, begin);
    }

    private static String begin(JsonNode processor) {
        List<JsonNode> processors = new ArrayList<>(List.of(processor));
        processor.path("processors").forEach(processors::add);
        return processors.stream()
                .map(each -> each.path("single")
                        .path(0)
                        .path("SpecialToken")
                        .path("id")
                        .asText())
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
    }
}
