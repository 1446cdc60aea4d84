package spice.archive;

import java.util.List;

/// One file format that a writing can take. The same writing gives the same bytes at any time on any machine:
/// dates and identifiers come from the writing, and containers are stored without compression, whose output
/// differs between builds of zlib.
sealed interface WritingFormat
        permits EmailFormat,
                EpubFormat,
                HtmlFormat,
                MarkdownFormat,
                PdfFormat,
                SpreadsheetFormat,
                TextFormat,
                WordFormat {

    /// All of them, in an order that the archive cycles through.
    List<WritingFormat> ALL = List.of(
            new PdfFormat(),
            new WordFormat(),
            new SpreadsheetFormat(),
            new HtmlFormat(),
            new EpubFormat(),
            new EmailFormat(),
            new MarkdownFormat(),
            new TextFormat());

    /// What the file's name ends in, without the dot.
    String extension();

    /// The whole file.
    byte[] render(Writing writing);
}
