package spice.archive;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/// Markdown; ledger lines are list items.
record MarkdownFormat() implements WritingFormat {
    @Override
    public String extension() {
        return "md";
    }

    @Override
    public byte[] render(Writing writing) {
        StringBuilder markdown =
                new StringBuilder("# %s\n\n*%s, %s*\n".formatted(writing.title(), writing.author(), writing.date()));
        for (Writing.Block block : writing.blocks()) {
            String text = switch (block) {
                case Writing.Paragraph(String prose) -> prose;
                case Writing.Entries(var lines) ->
                    lines.stream().map(line -> "- " + line.text()).collect(Collectors.joining("\n"));
            };
            markdown.append("\n").append(text).append("\n");
        }
        return markdown.toString().getBytes(StandardCharsets.UTF_8);
    }
}
