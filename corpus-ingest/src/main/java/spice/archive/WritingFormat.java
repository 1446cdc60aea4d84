package spice.archive;

import java.util.List;

/// A file format for a writing. The same writing gives the same bytes at any time on any machine: dates and
/// identifiers come from the writing, and containers are not compressed, since compressed bytes differ between
/// builds of zlib.
sealed interface WritingFormat
        permits EmailFormat,
                EpubFormat,
                HtmlFormat,
                MarkdownFormat,
                PdfFormat,
                SpreadsheetFormat,
                TextFormat,
                WordFormat {

    /// All formats, in the order in which the archive uses them in turn.
    List<WritingFormat> ALL = List.of(
            new PdfFormat(),
            new WordFormat(),
            new SpreadsheetFormat(),
            new HtmlFormat(),
            new EpubFormat(),
            new EmailFormat(),
            new MarkdownFormat(),
            new TextFormat());

    /// The extension of the file's name, without the dot.
    String extension();

    /// The content of the file.
    byte[] render(Writing writing);
}
