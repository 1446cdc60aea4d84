package spice.roles;

/// Names a task within its iteration.
///
/// @param document position in the iteration's draw
/// @param number of the Challenger's attempt at this document, from 0 over all rounds
public record TaskId(int document, int number) {}
