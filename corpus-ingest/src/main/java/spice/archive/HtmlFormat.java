package spice.archive;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.DocumentType;
import org.jsoup.nodes.Element;
import spice.ledger.LedgerLine;

/// A web page; ledger lines are rows of a table, a word or number in each cell.
record HtmlFormat() implements WritingFormat {
    @Override
    public String extension() {
        return "html";
    }

    @Override
    public byte[] render(Writing writing) {
        Document page = Document.createShell("");
        page.prependChild(new DocumentType("html", "", ""));
        // With pretty printing, line breaks between cells would become line breaks in a row's text.
        page.outputSettings().charset(StandardCharsets.UTF_8).prettyPrint(false);
        page.getElementsByTag("html").attr("lang", "en");
        page.head().appendElement("meta").attr("charset", "utf-8");
        page.title(writing.title());
        page.body().appendElement("h1").text(writing.title());
        page.body().appendElement("p").text("%s, %s".formatted(writing.author(), writing.date()));
        for (Writing.Block block : writing.blocks()) {
            switch (block) {
                case Writing.Paragraph(String text) ->
                    page.body().appendElement("p").text(text);
                case Writing.Entries(var lines) -> {
                    Element table = page.body().appendElement("table").appendElement("tbody");
                    lines.forEach(line -> row(table.appendElement("tr"), line));
                }
            }
        }
        return page.outerHtml().getBytes(StandardCharsets.UTF_8);
    }

    private static void row(Element row, LedgerLine line) {
        Stream.of(line.item(), line.left(), line.operation().word(), line.right(), "is", line.result())
                .forEach(cell -> row.appendElement("td").text(cell.toString()));
    }
}
