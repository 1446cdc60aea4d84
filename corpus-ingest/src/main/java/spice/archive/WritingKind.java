package spice.archive;

import java.util.Locale;

/// A kind of document that a merchant writes. Each kind has a resource with titles and sentences.
enum WritingKind {
    LEDGER,
    INVOICE,
    HARVEST_REPORT,
    LETTER;

    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
