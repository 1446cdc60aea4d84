package spice.workflows;

/// How long each step of an iteration took by the workflow's clock: from when it was asked for to when its result
/// was there, waiting for a worker and repetitions included. Steps found in the store take next to nothing.
///
/// @param draw the documents
/// @param pose all lanes of the Challenger
/// @param attempt all lanes of the Reasoner
/// @param score verdicts, rewards, advantages
/// @param train the pass of training
public record StepSeconds(double draw, double pose, double attempt, double score, double train) {}
