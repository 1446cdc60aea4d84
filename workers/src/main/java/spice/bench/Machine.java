package spice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What figures were measured on, in words.
final class Machine {
    private static final Path CPU = Path.of("/proc/cpuinfo");
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final double KIB_A_GB = 1e9 / 1024;

    private Machine() {}

    /// This one.
    ///
    /// @param instructions architecture and widest vector instructions
    static String describe(int cores, String instructions) {
        return describe(lines(CPU), lines(MEMORY), cores, instructions);
    }

    /// One whose processor and memory Linux describes so.
    static String describe(List<String> cpu, List<String> memory, int cores, String instructions) {
        Optional<String> size = value(memory, "MemTotal")
                .map(kibibytes -> kibibytes.replaceAll("\\D", ""))
                .map(kibibytes -> String.format(Locale.ROOT, "%.0f GB", Long.parseLong(kibibytes) / KIB_A_GB));
        return Stream.of(
                        value(cpu, "model name").stream(),
                        Stream.of("%d cores".formatted(cores)),
                        size.stream(),
                        Stream.of(instructions))
                .flatMap(part -> part)
                .collect(Collectors.joining(", "));
    }

    private static Optional<String> value(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }
}
