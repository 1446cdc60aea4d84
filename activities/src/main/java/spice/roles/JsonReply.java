package spice.roles;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import spice.domain.Refusal;

/// A reply that is one JSON object with exactly the keys it was asked for (SPICE appendix E). A code fence around
/// it is let pass, though the prompts forbid it; nothing else may stand beside it.
record JsonReply(JsonNode object) {

    /// Characters of a reply, far beyond any honest one.
    private static final int LENGTH = 50_000;

    private static final int DEPTH = 10;
    private static final String FENCE = "```";

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH)
                            .maxStringLength(LENGTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /// @throws RefusedReply `UNREADABLE` if the reply is anything else
    static JsonReply parse(String reply, Set<String> keys) {
        if (reply.length() > LENGTH) {
            throw new RefusedReply(Refusal.UNREADABLE, "a reply of %d characters", reply.length());
        }
        JsonNode object = object(withoutFence(reply.strip()));
        Set<String> found = new TreeSet<>();
        object.fieldNames().forEachRemaining(found::add);
        if (!found.equals(keys)) {
            Set<String> missing = new TreeSet<>(keys);
            missing.removeAll(found);
            found.removeAll(keys);
            throw new RefusedReply(Refusal.UNREADABLE, "keys missing: %s, unknown: %s", missing, found);
        }
        return new JsonReply(object);
    }

    private static JsonNode object(String text) {
        try {
            JsonNode node = JSON.readTree(text);
            if (!node.isObject()) {
                throw new RefusedReply(Refusal.UNREADABLE, "no JSON object: %s", text);
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new RefusedReply(Refusal.UNREADABLE, "no JSON (%s): %s", e.getOriginalMessage(), text);
        }
    }

    private static String withoutFence(String text) {
        int firstLine = text.indexOf('\n');
        boolean isFenced = text.startsWith(FENCE) && firstLine > 0 && text.endsWith(FENCE);
        return isFenced && firstLine < text.length() - FENCE.length()
                ? text.substring(firstLine, text.length() - FENCE.length())
                : text;
    }

    /// @throws RefusedReply `UNREADABLE` if the value is not `true` or `false`
    boolean flag(String key) {
        JsonNode value = object.path(key);
        if (!value.isBoolean()) {
            throw new RefusedReply(Refusal.UNREADABLE, "%s is neither true nor false: %s", key, value);
        }
        return value.booleanValue();
    }

    /// @throws RefusedReply `UNREADABLE` if the value is not a string
    String text(String key) {
        JsonNode value = object.path(key);
        if (!value.isTextual()) {
            throw new RefusedReply(Refusal.UNREADABLE, "%s is no string: %s", key, value);
        }
        return value.textValue().strip();
    }

    /// A string, number or boolean as text; null is empty.
    ///
    /// @throws RefusedReply `UNREADABLE` if the value is a list or an object
    String scalar(String key) {
        JsonNode value = object.path(key);
        if (!value.isValueNode()) {
            throw new RefusedReply(Refusal.UNREADABLE, "%s is a list or an object: %s", key, value);
        }
        return value.isNull() ? "" : value.asText().strip();
    }

    /// The strings of a list that are not blank.
    ///
    /// @throws RefusedReply `UNREADABLE` if the value is not a list of strings
    List<String> texts(String key) {
        JsonNode value = object.path(key);
        if (!value.isArray() || !value.valueStream().allMatch(JsonNode::isTextual)) {
            throw new RefusedReply(Refusal.UNREADABLE, "%s is no list of strings: %s", key, value);
        }
        return value.valueStream()
                .map(JsonNode::textValue)
                .filter(text -> !text.isBlank())
                .toList();
    }
}
