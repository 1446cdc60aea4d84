package spice.ledger;

import java.util.Locale;

/// How hard a ledger line is: no carry, one, or more.
public enum Level {
    EASY,
    SOME,
    HARD;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
