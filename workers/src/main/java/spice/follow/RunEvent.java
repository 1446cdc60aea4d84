package spice.follow;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Optional;
import spice.runs.CheckpointRef;
import spice.runs.Comparison;
import spice.runs.Evaluation;
import spice.runs.StepWork;
import spice.tracking.MetricsLine;

/// Something that happened to a run. `spice watch --json` prints each as one line; `docs/watching.md`
/// describes them.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RunEvent.Doing.class, name = "state"),
    @JsonSubTypes.Type(value = RunEvent.Iterated.class, name = "iteration"),
    @JsonSubTypes.Type(value = RunEvent.Evaluated.class, name = "evaluation"),
    @JsonSubTypes.Type(value = RunEvent.Warned.class, name = "warning"),
    @JsonSubTypes.Type(value = RunEvent.Working.class, name = "step"),
    @JsonSubTypes.Type(value = RunEvent.Waits.class, name = "waiting"),
    @JsonSubTypes.Type(value = RunEvent.NeedsAttention.class, name = "trouble"),
    @JsonSubTypes.Type(value = RunEvent.Ended.class, name = "end"),
    @JsonSubTypes.Type(value = RunEvent.Failed.class, name = "failure")
})
public sealed interface RunEvent {
    String run();

    /// The run's state has changed.
    ///
    /// @param iteration the last finished iteration
    /// @param lastIteration the iteration that the run will end with
    record Doing(String run, String state, int iteration, int lastIteration) implements RunEvent {}

    /// The run has committed an iteration.
    ///
    /// @param secondsLeft seconds until the last iteration ends, by the mean of those before
    /// @param line the iteration's figures; without seconds and time of commit if only Temporal could be asked
    record Iterated(String run, int lastIteration, double secondsLeft, MetricsLine line) implements RunEvent {}

    /// The run has evaluated a checkpoint.
    record Evaluated(String run, Evaluation evaluation) implements RunEvent {}

    /// The last iteration showed something that people should know.
    record Warned(String run, int iteration, String message) implements RunEvent {}

    /// Nothing else has happened for some seconds.
    ///
    /// @param steps what the run works on, and how far it is
    record Working(String run, List<StepWork> steps) implements RunEvent {}

    /// The run has not moved for a while.
    ///
    /// @param reason what it waits for, in one line
    record Waits(String run, String reason) implements RunEvent {}

    /// The run waits for a person.
    record NeedsAttention(String run, String name, String message) implements RunEvent {}

    /// The run has completed.
    record Ended(String run, CheckpointRef checkpoint, Comparison comparison, Optional<Evaluation> first)
            implements RunEvent {}

    /// The run has ended in any other way.
    record Failed(String run, String name, String message) implements RunEvent {}
}
