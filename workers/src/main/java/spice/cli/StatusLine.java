package spice.cli;

import java.util.Locale;
import java.util.Optional;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.RunRecord;
import spice.runs.CheckpointRef;
import spice.runs.IterationMetrics;
import spice.runs.Rate;

/// A run as `spice status` shows it; `--json` prints the record as it is.
///
/// @param state what the run does, or how it ended, in words
/// @param iteration iteration of its last checkpoint; 0 without one
/// @param checkpoint name of its last checkpoint, if the store has one
/// @param manifest digest of the checkpoint's manifest
/// @param passRate pass rate of the last iteration, if there is one that was not skipped and had attempts
/// @param validShare of the last iteration, if there is one that was not skipped
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
                metrics.flatMap(IterationMetrics::passRate),
                metrics.map(IterationMetrics::validShare));
    }

    /// The line of a run that has left nothing in the store.
    static StatusLine unstored(String run, String state) {
        return new StatusLine(run, state, 0, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    @Override
    public String toString() {
        String figures = validShare
                .map(share -> String.format(Locale.ROOT, "pass rate %s, valid %.2f", Rate.inWords(passRate), share))
                .orElse("no iteration yet");
        return checkpoint
                .map(name ->
                        "%s · %s · iteration %d · %s · checkpoint %s".formatted(run, state, iteration, figures, name))
                .orElseGet(() -> "%s · %s".formatted(run, state));
    }
}
