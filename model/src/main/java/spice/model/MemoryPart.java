package spice.model;

/// One part of a peak of memory.
///
/// @param name what occupies it, for people
public record MemoryPart(String name, long bytes) {}
