package spice.ingest;

/// A line of a JSONL file that was refused.
///
/// @param number counted from 1
public record BadLine(long number, String reason) {}
