package spice.ingest;

import static spice.domain.Check.require;

/// How files become passages.
///
/// @param tokenizer name of the token counter; different counters need different names
/// @param passageTokens longest passage in tokens (paper: 5,992)
/// @param textField the field of a JSON line that holds its text
/// @param maxCharacters most characters of text taken from one document
/// @param maxEmbeddedFiles most files read inside one file, such as attachments, images or the entries of an
///     archive
/// @param maxFileBytes longest file, and the most bytes that a compressed file may unpack to
/// @param parseSeconds the time after which the parser of one file is stopped
/// @param forkMegabytes heap of a parser JVM
/// @param shardPassages number of passages in one blob
public record IngestSettings(
        String tokenizer,
        int passageTokens,
        String textField,
        int maxCharacters,
        int maxEmbeddedFiles,
        long maxFileBytes,
        int parseSeconds,
        int forkMegabytes,
        int shardPassages) {
    public IngestSettings {
        require(!tokenizer.isBlank(), "the tokenizer has no name");
        require(
                passageTokens >= 16,
                "a passage of %d tokens is too short to ask about; give at least 16",
                passageTokens);
        require(!textField.isBlank(), "the text field has no name");
        require(maxCharacters > 0, "maxCharacters must be positive, got %d", maxCharacters);
        require(maxEmbeddedFiles >= 0, "maxEmbeddedFiles must not be negative, got %d", maxEmbeddedFiles);
        require(maxFileBytes > 0, "maxFileBytes must be positive, got %d", maxFileBytes);
        require(parseSeconds > 0, "parseSeconds must be positive, got %d", parseSeconds);
        require(forkMegabytes >= 64, "a parser JVM needs at least 64 MB, got %d", forkMegabytes);
        require(shardPassages > 0, "shardPassages must be positive, got %d", shardPassages);
    }

    /// Limits that work well on the Debian manuals: five million characters, a minute, half a gigabyte. JSON
    /// lines hold their text in the usual field.
    public static IngestSettings of(String tokenizer, int passageTokens) {
        return of(tokenizer, passageTokens, "text");
    }

    /// These limits, for JSON lines with another field of text.
    public static IngestSettings of(String tokenizer, int passageTokens, String textField) {
        return new IngestSettings(tokenizer, passageTokens, textField, 5_000_000, 500, 4L << 30, 60, 512, 500);
    }
}
