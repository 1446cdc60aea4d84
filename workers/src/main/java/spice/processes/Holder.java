package spice.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The process that holds a file or a port, as far as the system shows it: Linux does for the user's own processes.
///
/// @param command its command line; empty if the system does not show it
public record Holder(long pid, String command) {
    private static final Path PROC = Path.of("/proc");
    private static final String LISTENING = "0A";

    /// The process that has this file open.
    public static Optional<Holder> ofFile(Path file) {
        try {
            Path real = file.toRealPath();
            return find(real::equals);
        } catch (IOException e) {
            // Nobody holds a file that does not exist.
            return Optional.empty();
        }
    }

    /// The process that listens on this TCP port.
    public static Optional<Holder> ofPort(int port) {
        Set<Path> sockets = new HashSet<>();
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : lines(PROC.resolve("net").resolve(table))) {
                // sl, local address, remote address, state, ..., inode
                String[] columns = line.strip().split("\\s+", -1);
                if (columns.length > 9 && columns[1].endsWith(suffix) && columns[3].equals(LISTENING)) {
                    sockets.add(Path.of("socket:[%s]".formatted(columns[9])));
                }
            }
        }
        return sockets.isEmpty() ? Optional.empty() : find(sockets::contains);
    }

    private static Optional<Holder> find(Predicate<Path> isIt) {
        return ProcessHandle.allProcesses()
                .filter(process -> opened(process.pid()).anyMatch(isIt))
                .findFirst()
                .map(process -> new Holder(process.pid(), commandLine(process)));
    }

    private static Stream<Path> opened(long pid) {
        Path folder = PROC.resolve(Long.toString(pid)).resolve("fd");
        try (Stream<Path> descriptors = Files.list(folder)) {
            return descriptors.flatMap(Holder::target).toList().stream();
        } catch (IOException e) {
            // Another user's process, or one that has just ended.
            return Stream.empty();
        }
    }

    private static Stream<Path> target(Path descriptor) {
        try {
            return Stream.of(Files.readSymbolicLink(descriptor));
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }

    private static String commandLine(ProcessHandle process) {
        String line =
                process.info().commandLine().or(() -> process.info().command()).orElse("");
        return line.length() > 80 ? line.substring(0, 80) + "…" : line;
    }

    @Override
    public String toString() {
        return command.isEmpty() ? "process %d".formatted(pid) : "process %d (%s)".formatted(pid, command);
    }
}
