package spice.program;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import spice.model.Devices;

/// The machine: its instruction set, by which kernels are chosen and on which bit-for-bit equality depends besides
/// a run's settings, its memory and its cores.
public final class Hardware {
    private static final Path CPU = Path.of("/proc/cpuinfo");
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final double KIB_A_GB = 1e9 / 1024;
    private static final List<String> VECTORS = List.of("avx512_bf16", "avx512f", "avx2", "asimd");

    private Hardware() {}

    /// Architecture and widest vector instructions, e.g. `amd64 avx512f`.
    public static String instructions() {
        return (System.getProperty("os.arch") + " " + vectors()).strip();
    }

    /// Memory of the machine, or of the container, in bytes; empty for GPUs, whose memory is not known here.
    public static OptionalLong memory(Devices devices) {
        return devices.areProcessors()
                        && ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine
                ? OptionalLong.of(machine.getTotalMemorySize())
                : OptionalLong.empty();
    }

    private static String vectors() {
        if (!Files.isReadable(CPU)) {
            return "";
        }
        try (Stream<String> lines = Files.lines(CPU)) {
            List<String> flags = lines.filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                    .findFirst()
                    .map(line -> List.of(line.split("\\s+")))
                    .orElse(List.of());
            return VECTORS.stream().filter(flags::contains).findFirst().orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    /// Processor, cores, memory and instructions of this machine in one line, to print beside measured figures.
    public static String inWords() {
        return inWords(lines(CPU), lines(MEMORY), Runtime.getRuntime().availableProcessors(), instructions());
    }

    /// @param cpu,memory lines of `/proc/cpuinfo` and `/proc/meminfo`
    static String inWords(List<String> cpu, List<String> memory, int cores, String instructions) {
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
