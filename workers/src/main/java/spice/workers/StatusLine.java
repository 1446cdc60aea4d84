package spice.workers;

import java.util.Locale;
import java.util.Optional;
import spice.activities.Checkpoints;
import spice.activities.RunRecord;
import spice.workflows.CheckpointRef;
import spice.workflows.IterationMetrics;

/// A run as `spice status` shows it; `--json` prints it as it is.
///
/// @param state of its run, in words
/// @param iteration of its last checkpoint; 0 without one
/// @param checkpoint the name of that in the store, if the store knows the run
/// @param manifest its digest
/// @param passRate of the last iteration, if there is one that was not skipped
record StatusLine(
        String run,
        String state,
        int iteration,
        Optional<String> checkpoint,
        Optional<String> manifest,
        Optional<Double> passRate,
        Optional<Double> validShare) {

    static StatusLine of(Checkpoints checkpoints, RunRecord run, String state) {
        CheckpointRef last = checkpoints.last(run);
        Optional<IterationMetrics> metrics = checkpoints.manifest(last).metrics();
        return new StatusLine(
                run.lineage(),
                state,
                last.iteration(),
                Optional.of(last.name()),
                Optional.of(last.manifest().sha256()),
                metrics.map(IterationMetrics::passRate),
                metrics.map(IterationMetrics::validShare));
    }

    /// Of a run that has left nothing in the store.
    static StatusLine unstored(String run, String state) {
        return new StatusLine(run, state, 0, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    @Override
    public String toString() {
        String figures = passRate.map(
                        rate -> String.format(Locale.ROOT, "pass rate %.2f, valid %.2f", rate, validShare.orElse(0.0)))
                .orElse("no iteration yet");
        return checkpoint
                .map(name ->
                        "%s · %s · iteration %d · %s · checkpoint %s".formatted(run, state, iteration, figures, name))
                .orElseGet(() -> "%s · %s".formatted(run, state));
    }
}
