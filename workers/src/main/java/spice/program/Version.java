package spice.program;

/// The program's version.
public final class Version {
    public static final String NUMBER = "0.1.0";

    private Version() {}

    /// The version with the commit that it was built from, where the launcher knows it: what `--version` prints and
    /// iterations are marked with.
    public static String inWords() {
        String commit = Environment.variables().getOrDefault("SPICE_COMMIT", "");
        return commit.isEmpty() ? "spice " + NUMBER : "spice %s (%s)".formatted(NUMBER, commit);
    }
}
