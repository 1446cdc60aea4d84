package spice.archive;

import java.util.Locale;

/// What a merchant writes; each kind has a resource of its own with titles and sentences.
enum WritingKind {
    LEDGER,
    INVOICE,
    HARVEST_REPORT,
    LETTER;

    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
