package spice.workflows;

import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.RawValue;
import io.temporal.workflow.Workflow;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import spice.runs.Failure;
import spice.settings.InvalidSettings;
import spice.settings.Lineages;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;

/// What a person started a run with: the settings, and the workflow's id, which names the lineage.
final class RunInput {
    /// Versions before this one read the input again at every replay.
    private static final String RECORDED = "the settings are recorded when the run opens";

    private RunInput() {}

    /// The run's settings, complete. What the input leaves out comes from the presets of the build that opens the
    /// run. The history keeps the result: later builds, whose presets may differ, never read the input again.
    ///
    /// @param input one JSON object; null for none
    /// @throws RuntimeException a [Failure#INVALID_SETTINGS] that names everything that cannot be used
    static RunSettings settings(@Nullable RawValue input) {
        requireLineageName(Workflow.getInfo().getWorkflowId());
        Answer answer = Workflow.getVersion(RECORDED, Workflow.DEFAULT_VERSION, 1) == Workflow.DEFAULT_VERSION
                ? read(input)
                : Workflow.sideEffect(Answer.class, () -> read(input));
        return answer.settings()
                .orElseThrow(() -> Failure.INVALID_SETTINGS.because(
                        "the run's settings cannot be used:\n%s".formatted(String.join("\n", answer.problems()))));
    }

    /// Complete settings, or what is wrong with the input.
    private record Answer(Optional<RunSettings> settings, List<String> problems) {}

    private static Answer read(@Nullable RawValue input) {
        Payload payload = input == null ? Payload.getDefaultInstance() : input.getPayload();
        try {
            return new Answer(Optional.of(SettingsReader.read(payload.getData().toStringUtf8())), List.of());
        } catch (InvalidSettings e) {
            return new Answer(Optional.empty(), e.problems());
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
