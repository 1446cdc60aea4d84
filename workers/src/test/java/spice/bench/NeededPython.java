package spice.bench;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/// The Python that tests compare with: the one that SPICE_PYTHON names, else `python3`.
public final class NeededPython {
    private NeededPython() {}

    /// A Python with these modules. Without one the calling test is skipped; with SPICE_REQUIRE_PYTHON it fails.
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
