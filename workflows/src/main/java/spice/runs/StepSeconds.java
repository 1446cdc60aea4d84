package spice.runs;

/// How long each step of an iteration took by the workflow's clock, from request to result: waiting for a worker
/// and retries count. A step found in the store takes next to nothing.
///
/// @param draw the documents
/// @param pose all lanes of the Challenger
/// @param attempt all lanes of the Reasoner
/// @param score verdicts, rewards, advantages
/// @param train the pass of training
public record StepSeconds(double draw, double pose, double attempt, double score, double train) {}
