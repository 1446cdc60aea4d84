package spice.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.temporal.common.converter.RawValue;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import spice.operating.OperatorInput;
import spice.runs.Failure;
import spice.settings.InvalidSettings;
import spice.settings.Lineages;
import spice.settings.SettingsReader;

/// The input of a [Nightly], checked.
///
/// @param settings as the person gave them
record NightlyRequest(String lineage, ObjectNode settings) {

    static NightlyRequest read(@Nullable RawValue input) {
        try {
            ObjectNode object = OperatorInput.object(input, Set.of("lineage", "settings"));
            JsonNode lineage = object.path("lineage");
            if (!lineage.isTextual() || !Lineages.isName(lineage.asText())) {
                throw new IllegalArgumentException(
                        "lineage is %s; give a lineage's name, as {\"lineage\": \"mine\", \"settings\": {\"iterations\": 20}}"
                                .formatted(lineage.isMissingNode() ? "missing" : lineage));
            }
            JsonNode settings = object.withObject("/settings");
            SettingsReader.read(settings.toString());
            return new NightlyRequest(lineage.asText(), (ObjectNode) settings);
        } catch (InvalidSettings e) {
            throw unusable(e.problems());
        } catch (IllegalArgumentException e) {
            throw unusable(List.of(String.valueOf(e.getMessage())));
        }
    }

    private static RuntimeException unusable(List<String> problems) {
        return Failure.INVALID_SETTINGS.because(
                "the schedule's input cannot be used:\n%s".formatted(String.join("\n", problems)));
    }
}
