package spice.bench;

/// Measurements of one side.
///
/// @param rate tokens or bytes per second, one value for each run
/// @param peakBytes most memory that the side held
public record Side(Spread rate, long peakBytes) {}
