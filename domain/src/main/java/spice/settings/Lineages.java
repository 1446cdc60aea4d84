package spice.settings;

/// The names of lineages. A lineage's name is the id of the workflow that runs it, so that only one run extends it
/// at a time.
public final class Lineages {
    /// Regular expression for a name: short enough for a segment of a store key, and safe in one.
    public static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}";

    private Lineages() {}

    public static boolean isName(String text) {
        return text.matches(NAME);
    }
}
