package spice.operating;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.RawValue;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import spice.store.Json;

/// What a person typed into an update's form. We read it ourselves, so that a slip gets a sentence as its answer.
public final class OperatorInput {
    private static final ObjectMapper JSON = Json.mapper();

    private OperatorInput() {}

    /// The given JSON; JSON's null if there is none.
    ///
    /// @throws IllegalArgumentException if it is not JSON
    static JsonNode json(@Nullable RawValue given) {
        Payload payload = given == null ? Payload.getDefaultInstance() : given.getPayload();
        String text = payload.getData().toStringUtf8();
        try {
            return text.isBlank() ? NullNode.getInstance() : JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the input is not JSON (%s)".formatted(e.getOriginalMessage()), e);
        }
    }

    /// Reads a reason: a text in quotes, or nothing.
    public static String reason(@Nullable RawValue given) {
        JsonNode input = json(given);
        if (input.isNull()) {
            return "no reason given";
        }
        if (!input.isTextual()) {
            throw new IllegalArgumentException("the input is %s; give a reason in quotes, or nothing".formatted(input));
        }
        return input.asText();
    }

    /// Reads an iteration's number, or nothing.
    public static Optional<Integer> iteration(@Nullable RawValue given) {
        JsonNode input = json(given);
        if (input.isNull()) {
            return Optional.empty();
        }
        if (!input.isInt()) {
            throw new IllegalArgumentException(
                    "the input is %s; give an iteration's number, or nothing".formatted(input));
        }
        return Optional.of(input.intValue());
    }

    /// Reads the new value of one setting, still unchecked.
    public static ObjectNode setting(String name, @Nullable RawValue given) {
        JsonNode input = json(given);
        if (input.isNull()) {
            throw new IllegalArgumentException("there is no input; give %s its new value".formatted(name));
        }
        return JSON.createObjectNode().set(name, input);
    }

    /// Reads new values of settings, still unchecked.
    public static ObjectNode settings(@Nullable RawValue given) {
        ObjectNode settings = object(given, Set.of());
        if (settings.isEmpty()) {
            throw new IllegalArgumentException(
                    "there is nothing to change; give an object such as {\"learningRate\": 1e-4}");
        }
        return settings;
    }

    /// Reads an object, empty if nothing was given. It may have these fields only; any field if the set is empty.
    public static ObjectNode object(@Nullable RawValue given, Set<String> fields) {
        JsonNode input = json(given);
        if (input.isNull()) {
            return JSON.createObjectNode();
        }
        if (!(input instanceof ObjectNode object)) {
            throw new IllegalArgumentException("the input is %s; give an object".formatted(input));
        }
        Set<String> unknown = new TreeSet<>();
        object.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(fields);
        if (!fields.isEmpty() && !unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s is not known here; give %s".formatted(unknown.iterator().next(), new TreeSet<>(fields)));
        }
        return object;
    }
}
