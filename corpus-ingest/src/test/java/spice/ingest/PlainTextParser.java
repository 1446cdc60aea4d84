package spice.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Reads every file as text in UTF-8. Counts its calls.
final class PlainTextParser implements DocumentParser {
    final AtomicInteger parsed = new AtomicInteger();
    volatile boolean closed;

    @Override
    public Outcome parse(Path file) {
        parsed.incrementAndGet();
        try {
            String text = Files.readString(file);
            return text.startsWith("slow")
                    ? new Refused(FileRefusal.TIMEOUT, "too slow today")
                    : new Parsed("text/plain", "", text, List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
