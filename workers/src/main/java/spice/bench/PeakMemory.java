package spice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// The most that a process ever held of the machine's memory, as Linux counts it (`VmHWM`).
public final class PeakMemory {
    private PeakMemory() {}

    /// In bytes.
    ///
    /// @throws IOException if the process has ended
    public static OptionalLong of(long pid) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst();
        }
    }
}
