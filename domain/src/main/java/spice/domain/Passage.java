package spice.domain;

import static spice.domain.Check.require;

/// A piece of a document, small enough for the Challenger's context.
///
/// @param sha256 of the text in UTF-8: the passage's identity, and what exact duplicates share
/// @param source the document's path below the corpus root, with `/` between folders
/// @param index position of this passage within its document, from 0
/// @param type media type as Tika found it
/// @param title the document's title, or its file name where it has none
/// @param language ISO 639 code, or `und` where it is not certain
/// @param text the passage itself
/// @param tokens length in tokens as the cutter counted them
public record Passage(
        String sha256, String source, int index, String type, String title, String language, String text, int tokens) {
    public Passage {
        require(!text.isBlank(), "passage %d of %s is blank", index, source);
    }
}
