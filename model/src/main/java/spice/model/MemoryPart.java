package spice.model;

/// What a part of the work holds in memory when it holds most.
///
/// @param name for people
public record MemoryPart(String name, long bytes) {}
