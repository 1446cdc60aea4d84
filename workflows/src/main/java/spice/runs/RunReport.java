package spice.runs;

import java.util.List;

/// How a run ended.
public record RunReport(OpenedRun run, CheckpointRef checkpoint, List<Evaluation> evaluations, Comparison comparison) {}
