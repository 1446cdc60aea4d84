package spice.runs;

import java.util.Optional;

/// The outcome of one iteration.
///
/// @param worker the queue of the sampling worker beside the trainer, which has the checkpoint at hand
public record IterationReport(
        int number,
        CheckpointRef checkpoint,
        IterationMetrics metrics,
        TrainMetrics training,
        Optional<String> worker) {}
