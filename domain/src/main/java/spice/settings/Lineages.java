package spice.settings;

/// How lineages are called: a lineage's name is the id of the workflow that runs it, so that it has one head.
public final class Lineages {
    /// Short enough for a key's segment and safe in one, as a regular expression.
    public static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}";

    private Lineages() {}

    public static boolean isName(String text) {
        return text.matches(NAME);
    }
}
