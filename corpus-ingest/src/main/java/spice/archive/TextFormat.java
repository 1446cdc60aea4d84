package spice.archive;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import spice.ledger.LedgerLine;

/// Plain text in UTF-8, wrapped.
record TextFormat() implements WritingFormat {
    @Override
    public String extension() {
        return "txt";
    }

    @Override
    public byte[] render(Writing writing) {
        String rule = "=".repeat(writing.title().length());
        String heading = "%s\n%s\n%s, %s".formatted(writing.title(), rule, writing.author(), writing.date());
        return (Stream.concat(Stream.of(heading), writing.blocks().stream().map(TextFormat::block))
                                .collect(Collectors.joining("\n\n"))
                        + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /// A block as text: paragraphs are wrapped, each ledger line has a line of its own.
    static String block(Writing.Block block) {
        return switch (block) {
            case Writing.Paragraph(String text) -> String.join("\n", Wrap.columns(text));
            case Writing.Entries(var lines) ->
                lines.stream().map(LedgerLine::text).collect(Collectors.joining("\n"));
        };
    }
}
