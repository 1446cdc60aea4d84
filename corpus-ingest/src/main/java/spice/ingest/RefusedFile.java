package spice.ingest;

/// A file that gave no passages.
///
/// @param path below the source
/// @param detail one line in addition to the reason, or empty
public record RefusedFile(String path, FileRefusal reason, String detail) {}
