package spice.ledger;

import java.util.Locale;

/// The difficulty of a ledger line: no carry, one, or more.
public enum Level {
    EASY,
    SOME,
    HARD;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
