package spice.workflows;

import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.RawValue;
import io.temporal.workflow.Workflow;
import org.jspecify.annotations.Nullable;
import spice.runs.Failure;
import spice.settings.InvalidSettings;
import spice.settings.Lineages;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;

/// What a person started a run with: the settings, and the workflow's id, which names the lineage.
final class RunInput {
    private RunInput() {}

    /// The run's settings, complete.
    ///
    /// @param input one JSON object; null for none
    /// @throws RuntimeException a [Failure#INVALID_SETTINGS] that names everything that cannot be used
    static RunSettings read(@Nullable RawValue input) {
        requireLineageName(Workflow.getInfo().getWorkflowId());
        Payload payload = input == null ? Payload.getDefaultInstance() : input.getPayload();
        try {
            return SettingsReader.read(payload.getData().toStringUtf8());
        } catch (InvalidSettings e) {
            throw Failure.INVALID_SETTINGS.because(
                    "the run's settings cannot be used:\n%s".formatted(String.join("\n", e.problems())));
        }
    }

    private static void requireLineageName(String workflowId) {
        if (!Lineages.isName(workflowId)) {
            throw Failure.INVALID_SETTINGS.because(
                    "the workflow's id is \"%s\", and it names the lineage of checkpoints; use up to 100 letters, digits, '.', '_' and '-'"
                            .formatted(workflowId));
        }
    }
}
