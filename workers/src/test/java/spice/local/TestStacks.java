package spice.local;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import spice.model.Devices;

/// Settings for stacks in a test's own folder, on its own ports, with the real Temporal binary.
final class TestStacks {
    /// Maven runs a module's tests in the module's folder, one below the program's root.
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /// The most JVMs that Surefire may start (`test.forks` in the pom).
    private static final int FORKS = 4;

    private static final Path HOME = Path.of(
            System.getenv().getOrDefault("SPICE_HOME", ROOT.resolve(".spice").toString()));

    private TestStacks() {}

    /// The real binary. It is found, or if need be built, where `./spice test` keeps it.
    static TemporalRung.Binary binary() {
        return Real.BINARY;
    }

    /// The search runs once, and only if a test needs it.
    private static final class Real {
        static final TemporalRung.Binary BINARY =
                new TemporalLadder(settings(HOME, true), System.getenv(), System.out::println).binary();
    }

    /// Settings for a folder, on ports that are free now. No other JVM of the same test run draws them: Surefire
    /// numbers its JVMs from 1, and each takes every fourth port.
    static LocalSettings settings(Path home, boolean download) {
        int fork = Integer.getInteger("spice.testFork", 1);
        List<Integer> ports = Ports.free(80).stream()
                .filter(port -> port % FORKS == fork % FORKS)
                .limit(4)
                .toList();
        return new LocalSettings(
                home,
                ROOT,
                ports.get(0),
                ports.get(1),
                ports.get(2),
                ports.get(3),
                "spice",
                true,
                download,
                "64m",
                "64m",
                Devices.CPU);
    }

    /// These files on other ports.
    static LocalSettings onOtherPorts(LocalSettings settings) {
        return settings(settings.home(), settings.download());
    }

    /// Environment that leads to the real binary, whatever this process's environment says.
    static Map<String, String> environment() {
        return Map.of(
                "PATH", binary().path().getParent().toString(), "TEMPORAL_CONFIG_FILE", "/nonexistent/temporal.toml");
    }
}
