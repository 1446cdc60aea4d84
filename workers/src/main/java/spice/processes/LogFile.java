package spice.processes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Collectors;
import spice.store.OwnerOnly;

/// The log of one process of the stack; a process that replaces a dead one appends to it. The log of the previous
/// start is kept beside it, older ones are not.
public record LogFile(Path path) {
    private static final int TAIL_LINES = 3;
    private static final int TAIL_BYTES = 8192;
    private static final long LARGEST = 16 << 20;

    /// Moves the log aside, to make room for a new one.
    public void begin() throws IOException {
        if (Files.exists(path)) {
            Files.move(
                    path, path.resolveSibling(path.getFileName() + ".previous"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /// Moves the log aside only if it has become too long: a process that dies every minute must not fill the
    /// disk. It is its owner's alone: models and documents speak in it.
    void goOn() throws IOException {
        OwnerOnly.folder(path.toAbsolutePath().resolveSibling(""));
        if (Files.exists(path) && Files.size(path) > LARGEST) {
            begin();
        }
        OwnerOnly.file(path);
    }

    /// The last few lines, joined into one; empty if there are none.
    public String tail() {
        return tail(TAIL_LINES);
    }

    /// The last lines that are not blank, joined by `|`; empty if there are none or the file cannot be read.
    ///
    /// @param count most lines
    public String tail(int count) {
        try (var file = Files.newByteChannel(path)) {
            file.position(Math.max(0, file.size() - TAIL_BYTES));
            var bytes = ByteBuffer.allocate(TAIL_BYTES);
            while (bytes.hasRemaining() && file.read(bytes) >= 0) {}
            List<String> lines = new String(bytes.array(), 0, bytes.position(), UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            return lines.subList(Math.max(0, lines.size() - count), lines.size()).stream()
                    .map(String::strip)
                    .collect(Collectors.joining(" | "));
        } catch (IOException e) {
            return "";
        }
    }
}
