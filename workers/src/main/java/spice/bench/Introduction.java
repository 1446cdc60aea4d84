package spice.bench;

/// The first line of a side, which says that it is ready.
///
/// @param version of the side's platform, e.g. `PyTorch 2.7.1`
record Introduction(String version) {}
