package spice.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// The machine's memory that a process holds, in bytes, as Linux counts it in `/proc/PID/status`.
public final class ProcessMemory {
    private ProcessMemory() {}

    /// The most memory that the process ever held (`VmHWM`); empty if the kernel does not show it.
    ///
    /// @throws IOException if the process has ended
    public static OptionalLong peak(long pid) throws IOException {
        return of(pid, "VmHWM:");
    }

    /// The memory that the process holds now (`VmRSS`); empty if the kernel does not show it.
    ///
    /// @throws IOException if the process has ended
    public static OptionalLong resident(long pid) throws IOException {
        return of(pid, "VmRSS:");
    }

    private static OptionalLong of(long pid, String field) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst();
        }
    }
}
