package spice.processes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// Reads the end of a log, and then what is added to it. Control characters are left out: models and documents
/// write anything, and a terminal obeys some of it.
public final class LogTail {
    /// Most bytes at once: far more than a person reads.
    private static final int MOST = 1 << 20;

    private final Path file;
    private long position;

    /// Begins with the last lines of a log.
    public LogTail(Path file, int lines) throws IOException {
        this.file = file;
        long size = Files.size(file);
        long from = Math.max(0, size - MOST);
        byte[] end = read(from);
        int begin = end.length;
        for (int left = lines; begin > 0; begin--) {
            if (end[begin - 1] == '\n' && begin < end.length && --left == 0) {
                break;
            }
        }
        position = from + begin;
    }

    /// The whole lines that were added since the last call. A log that was begun anew is read from its beginning.
    public String more() throws IOException {
        if (!Files.exists(file)) {
            return "";
        }
        if (Files.size(file) < position) {
            position = 0;
        }
        byte[] bytes = read(position);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        position += end;
        return new String(bytes, 0, end, UTF_8).replaceAll("[\\p{Cc}&&[^\n\t]]", "");
    }

    private byte[] read(long from) throws IOException {
        try (SeekableByteChannel in = Files.newByteChannel(file)) {
            in.position(from);
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(MOST, Math.max(0, in.size() - from)));
            while (bytes.hasRemaining() && in.read(bytes) >= 0) {}
            byte[] read = new byte[bytes.position()];
            bytes.flip().get(read);
            return read;
        }
    }
}
