package spice.archive;

import java.time.LocalDate;
import java.util.List;
import spice.ledger.LedgerLine;

/// A document before it has a format.
///
/// @param author the person who signs it
/// @param addressee the person it is written to
record Writing(String title, String author, String addressee, LocalDate date, List<Block> blocks) {
    Writing {
        blocks = List.copyOf(blocks);
    }

    /// A part of the text below the title.
    sealed interface Block {}

    /// A paragraph of prose.
    record Paragraph(String text) implements Block {}

    /// Ledger lines one below the other.
    record Entries(List<LedgerLine> lines) implements Block {
        Entries {
            lines = List.copyOf(lines);
        }
    }

    /// All ledger lines in the order of the document.
    List<LedgerLine> lines() {
        return blocks.stream()
                .flatMap(block -> switch (block) {
                    case Paragraph _ -> List.<LedgerLine>of().stream();
                    case Entries entries -> entries.lines().stream();
                })
                .toList();
    }
}
