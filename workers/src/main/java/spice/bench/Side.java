package spice.bench;

/// What one side of a comparison did.
///
/// @param rate tokens or bytes a second, one value for each run
/// @param peakBytes the most memory that it held
public record Side(Spread rate, long peakBytes) {}
