package spice.bench;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/// The Python that tests compare us with: the one that SPICE_PYTHON names, else python3.
public final class NeededPython {
    private NeededPython() {}

    /// Without the modules, the test that asks is not run; with SPICE_REQUIRE_PYTHON it fails.
    public static Python with(String... modules) {
        String program = System.getenv().getOrDefault("SPICE_PYTHON", "python3");
        return switch (Python.find(program, modules)) {
            case Python.Found.Yes(Python found) -> found;
            case Python.Found.No(String reason) -> {
                assumeTrue(System.getenv("SPICE_REQUIRE_PYTHON") != null, reason);
                throw new IllegalStateException(reason);
            }
        };
    }
}
