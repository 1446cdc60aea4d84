package spice.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Writes a file whole or not at all: writes beside its place, flushes to disk, then moves it.
final class FlushedFile {
    private FlushedFile() {}

    /// Takes the bytes in order.
    interface Sink {
        void write(ByteBuffer bytes) throws IOException;
    }

    /// Writes bytes to a sink.
    interface Source {
        void writeTo(Sink sink) throws IOException;
    }

    /// Writes the file and creates its folder if it is missing.
    ///
    /// @throws UncheckedIOException if the disk is full or the place is not writable
    static void write(Path file, Source source) {
        Path folder = file.toAbsolutePath().getParent();
        Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        try {
            Files.createDirectories(folder);
            try (FileChannel channel = FileChannel.open(
                    unfinished,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                source.writeTo(bytes -> {
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                });
                channel.force(true);
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            delete(unfinished, e);
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private static void delete(Path unfinished, IOException cause) {
        try {
            Files.deleteIfExists(unfinished);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    static void write(Path file, byte[] content) {
        write(file, sink -> sink.write(ByteBuffer.wrap(content)));
    }
}
