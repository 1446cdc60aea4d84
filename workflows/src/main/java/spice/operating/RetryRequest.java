package spice.operating;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.temporal.common.converter.RawValue;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How to retry what failed.
///
/// @param fresh with other seeds
/// @param settings to change first
public record RetryRequest(boolean fresh, Optional<ObjectNode> settings) {

    /// Reads `{"fresh": true, "settings": {...}}`. Each part may be missing.
    ///
    /// @throws IllegalArgumentException for anything else
    public static RetryRequest read(@Nullable RawValue given) {
        ObjectNode object = OperatorInput.object(given, Set.of("fresh", "settings"));
        JsonNode fresh = object.path("fresh");
        if (!fresh.isMissingNode() && !fresh.isBoolean()) {
            throw new IllegalArgumentException("fresh is %s; give true or false".formatted(fresh));
        }
        JsonNode settings = object.path("settings");
        if (!settings.isMissingNode() && !settings.isObject()) {
            throw new IllegalArgumentException("settings is %s; give an object".formatted(settings));
        }
        return new RetryRequest(
                fresh.asBoolean(), settings.isObject() ? Optional.of((ObjectNode) settings) : Optional.empty());
    }
}
