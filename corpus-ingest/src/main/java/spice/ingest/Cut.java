package spice.ingest;

/// Why the text that was taken from a file is not all of it.
public enum Cut {
    /// The limit on characters was reached.
    CHARACTERS,
    /// The limit on embedded files was reached.
    EMBEDDED_FILES,
    /// A file inside the file could not be read.
    EMBEDDED_UNREADABLE,
    /// The limit on bytes was reached while unpacking.
    BYTES,
    /// Lines were refused; the manifest numbers them.
    LINES,
    /// It breaks off; the lines before that were taken.
    BROKEN_OFF
}
