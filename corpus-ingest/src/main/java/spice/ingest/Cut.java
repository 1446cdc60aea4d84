package spice.ingest;

/// Why only a part of a file's text was taken.
public enum Cut {
    /// The limit on characters was reached.
    CHARACTERS,
    /// The limit on embedded files was reached.
    EMBEDDED_FILES,
    /// A file inside the file could not be read.
    EMBEDDED_UNREADABLE,
    /// The limit on bytes was reached during unpacking.
    BYTES,
    /// Lines were refused; the manifest numbers them.
    LINES,
    /// The compressed file breaks off; the lines before that were taken.
    BROKEN_OFF
}
