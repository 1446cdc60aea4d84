package spice.bench;

/// A side's first line: that it is ready.
///
/// @param version of what computes
record Introduction(String version) {}
