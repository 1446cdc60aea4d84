package spice.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/// The fields of a JSON object in a file. Complaints about a missing field or a wrong type name the file.
///
/// @param path where the object stands in the file, with a dot at its end; empty for the whole file
record JsonFields(Path file, String path, JsonNode json) {
    /// Whether the field is there and not null.
    boolean has(String name) {
        return json.hasNonNull(name);
    }

    /// The field as it stands in the file.
    JsonNode get(String name) {
        if (!has(name)) {
            throw new ModelException(
                    "%s lacks %s%s. Take the config.json that came with the weights".formatted(file, path, name));
        }
        return json.get(name);
    }

    JsonFields object(String name) {
        JsonNode value = get(name);
        if (!value.isObject()) {
            throw otherType(name, "an object", value);
        }
        return new JsonFields(file, path + name + ".", value);
    }

    double number(String name) {
        JsonNode value = get(name);
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw otherType(name, "a number", value);
        }
        return value.doubleValue();
    }

    double number(String name, double ifAbsent) {
        return has(name) ? number(name) : ifAbsent;
    }

    OptionalDouble optional(String name) {
        return has(name) ? OptionalDouble.of(number(name)) : OptionalDouble.empty();
    }

    int integer(String name) {
        return integer(name, get(name));
    }

    int integer(String name, int ifAbsent) {
        return has(name) ? integer(name) : ifAbsent;
    }

    private int integer(String name, JsonNode value) {
        if (!value.isNumber() || !value.canConvertToInt() || !value.canConvertToExactIntegral()) {
            throw otherType(name, "a whole number", value);
        }
        return value.intValue();
    }

    /// One whole number or a list of them.
    List<Integer> integers(String name) {
        JsonNode value = get(name);
        return value.isArray()
                ? IntStream.range(0, value.size())
                        .mapToObj(i -> integer(name, value.get(i)))
                        .distinct()
                        .toList()
                : List.of(integer(name, value));
    }

    boolean flag(String name, boolean ifAbsent) {
        if (!has(name)) {
            return ifAbsent;
        }
        JsonNode value = get(name);
        if (!value.isBoolean()) {
            throw otherType(name, "true or false", value);
        }
        return value.booleanValue();
    }

    /// The exception for a field that asks for mathematics that the decoder lacks.
    ///
    /// @param remedy what to do instead
    ModelException unsupported(String name, Object value, String remedy) {
        return new ModelException(
                "%s: %s%s is %s, which is not computed here. %s".formatted(file, path, name, value, remedy));
    }

    private ModelException otherType(String name, String expected, JsonNode value) {
        return new ModelException("%s: %s%s should be %s and is %s".formatted(file, path, name, expected, value));
    }
}
