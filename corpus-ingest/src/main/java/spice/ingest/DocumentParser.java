package spice.ingest;

import java.nio.file.Path;
import java.util.List;

/// Turns the bytes of a file into text. Safe for use by many threads.
interface DocumentParser extends AutoCloseable {

    /// Parses a file, whose name must have the document's extension.
    Outcome parse(Path file) throws InterruptedException;

    @Override
    void close();

    /// The parser's result for a file.
    sealed interface Outcome {}

    /// The text of the file.
    ///
    /// @param title may be empty
    record Parsed(String type, String title, String text, List<Cut> cuts) implements Outcome {}

    /// The reason why there is no text.
    ///
    /// @param detail one line without anything of this run, such as addresses in memory or paths of the machine
    record Refused(FileRefusal reason, String detail) implements Outcome {}
}
