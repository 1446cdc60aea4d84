package spice.local;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import spice.model.Devices;

/// Settings for stacks in a folder of a test's own, on ports of its own, with the real Temporal binary.
final class TestStacks {
    /// Where Maven runs a module's tests lies one below the program's root.
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Path HOME = Path.of(
            System.getenv().getOrDefault("SPICE_HOME", ROOT.resolve(".spice").toString()));

    private TestStacks() {}

    /// The real one. It is looked for, and if need be made, where `./spice test` keeps it.
    static TemporalRung.Binary binary() {
        return Real.BINARY;
    }

    /// Looked for once, and only by tests that need it.
    private static final class Real {
        static final TemporalRung.Binary BINARY =
                new TemporalLadder(settings(HOME, true), System.getenv(), System.out::println).binary();
    }

    /// Settings for a folder, on ports that are free now.
    static LocalSettings settings(Path home, boolean download) {
        List<Integer> ports = Ports.free(4);
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

    /// The same files, other ports.
    static LocalSettings onOtherPorts(LocalSettings settings) {
        return settings(settings.home(), settings.download());
    }

    /// Variables that lead to that binary, whatever ours say.
    static Map<String, String> environment() {
        return Map.of(
                "PATH", binary().path().getParent().toString(), "TEMPORAL_CONFIG_FILE", "/nonexistent/temporal.toml");
    }
}
