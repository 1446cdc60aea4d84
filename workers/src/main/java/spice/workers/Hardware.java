package spice.workers;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import spice.model.Devices;

/// The machine: what bit-for-bit equality rests on besides a run's settings, for kernels are chosen by instruction set,
/// and how much there is of it.
final class Hardware {
    private static final Path CPU = Path.of("/proc/cpuinfo");
    private static final List<String> VECTORS = List.of("avx512_bf16", "avx512f", "avx2", "asimd");

    private Hardware() {}

    /// Architecture and widest vector instructions, e.g. `amd64 avx512f`.
    static String describe() {
        return (System.getProperty("os.arch") + " " + vectors()).strip();
    }

    /// Of the machine, or of the container, in bytes. What a GPU has is not known here.
    static OptionalLong memory(Devices devices) {
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
}
