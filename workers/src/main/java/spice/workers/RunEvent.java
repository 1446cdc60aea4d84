package spice.workers;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Optional;
import spice.tracking.MetricsLine;
import spice.workflows.CheckpointRef;
import spice.workflows.Comparison;
import spice.workflows.Evaluation;

/// Something that happened to a run. `spice watch --json` prints each as one line; docs/operating.md describes
/// them.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RunEvent.Doing.class, name = "state"),
    @JsonSubTypes.Type(value = RunEvent.Iterated.class, name = "iteration"),
    @JsonSubTypes.Type(value = RunEvent.Evaluated.class, name = "evaluation"),
    @JsonSubTypes.Type(value = RunEvent.Waits.class, name = "waiting"),
    @JsonSubTypes.Type(value = RunEvent.NeedsAttention.class, name = "trouble"),
    @JsonSubTypes.Type(value = RunEvent.Ended.class, name = "end"),
    @JsonSubTypes.Type(value = RunEvent.Failed.class, name = "failure")
})
sealed interface RunEvent {
    String run();

    /// It does something else than before.
    ///
    /// @param iteration the last finished one
    /// @param lastIteration the one that it will end with
    record Doing(String run, String state, int iteration, int lastIteration) implements RunEvent {}

    /// It has committed an iteration.
    ///
    /// @param secondsLeft until the last iteration, by the mean of those before
    /// @param line without seconds and time of commit where only Temporal could be asked
    record Iterated(String run, int lastIteration, double secondsLeft, MetricsLine line) implements RunEvent {}

    /// It has evaluated a checkpoint.
    record Evaluated(String run, Evaluation evaluation) implements RunEvent {}

    /// It has not moved for a while.
    ///
    /// @param reason in a line
    record Waits(String run, String reason) implements RunEvent {}

    /// It waits for a person.
    record NeedsAttention(String run, String name, String message) implements RunEvent {}

    /// It has ended by itself.
    record Ended(String run, CheckpointRef checkpoint, Comparison comparison, Optional<Evaluation> first)
            implements RunEvent {}

    /// It has ended otherwise.
    record Failed(String run, String name, String message) implements RunEvent {}
}
