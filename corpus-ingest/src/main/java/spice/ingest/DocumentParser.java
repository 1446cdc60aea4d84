package spice.ingest;

import java.nio.file.Path;
import java.util.List;

/// Bytes to text. Safe for use by many threads.
interface DocumentParser extends AutoCloseable {

    /// Parses a file whose name's extension is that of the document.
    Outcome parse(Path file) throws InterruptedException;

    @Override
    void close();

    /// What a parser makes of a file.
    sealed interface Outcome {}

    /// Its text.
    ///
    /// @param title may be empty
    record Parsed(String type, String title, String text, List<Cut> cuts) implements Outcome {}

    /// Why there is none.
    ///
    /// @param detail one line that holds nothing of this run, such as addresses or paths of the machine
    record Refused(FileRefusal reason, String detail) implements Outcome {}
}
