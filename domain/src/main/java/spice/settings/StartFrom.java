package spice.settings;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a run starts.
public sealed interface StartFrom {
    /// The remedy in the error message for any other value.
    String REMEDY = "take base, last, last-or-base, or a lineage and an iteration as mine@12";

    /// The base model.
    record Base() implements StartFrom {}

    /// The last checkpoint of the run's own lineage.
    ///
    /// @param orBase whether a lineage without a checkpoint starts from the base
    record Last(boolean orBase) implements StartFrom {}

    /// A checkpoint of any lineage.
    record Fork(String lineage, int iteration) implements StartFrom {}

    /// Reads `base`, `last`, `last-or-base` or `LINEAGE@ITERATION`; empty if it is none of them.
    static Optional<StartFrom> parse(String text) {
        return switch (text) {
            case "base" -> Optional.of(new Base());
            case "last" -> Optional.of(new Last(false));
            case "last-or-base" -> Optional.of(new Last(true));
            default -> fork(text);
        };
    }

    private static Optional<StartFrom> fork(String text) {
        Matcher matcher = Pattern.compile("(" + Lineages.NAME + ")@(\\d{1,8})").matcher(text);
        return matcher.matches()
                ? Optional.of(new Fork(matcher.group(1), Integer.parseInt(matcher.group(2))))
                : Optional.empty();
    }
}
