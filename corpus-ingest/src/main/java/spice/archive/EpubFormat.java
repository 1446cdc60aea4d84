package spice.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Entities;

/// An EPUB 3 book of one chapter; ledger lines are list items.
record EpubFormat() implements WritingFormat {
    private static final String CONTAINER = """
            <?xml version="1.0" encoding="UTF-8"?>
            <container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
              <rootfiles>
                <rootfile full-path="content.opf" media-type="application/oebps-package+xml"/>
              </rootfiles>
            </container>
            """;

    @Override
    public String extension() {
        return "epub";
    }

    @Override
    public byte[] render(Writing writing) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("mimetype", "application/epub+zip".getBytes(UTF_8));
        entries.put("META-INF/container.xml", CONTAINER.getBytes(UTF_8));
        entries.put("content.opf", description(writing));
        entries.put("contents.xhtml", contents(writing));
        entries.put("chapter.xhtml", chapter(writing));
        try {
            return FixedZip.pack(entries);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] description(Writing writing) {
        String id = UUID.nameUUIDFromBytes(writing.toString().getBytes(UTF_8)).toString();
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <package version="3.0" unique-identifier="id" xmlns="http://www.idpf.org/2007/opf">
                  <metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
                    <dc:identifier id="id">urn:uuid:%s</dc:identifier>
                    <dc:title>%s</dc:title>
                    <dc:creator>%s</dc:creator>
                    <dc:language>en</dc:language>
                    <meta property="dcterms:modified">%sT00:00:00Z</meta>
                  </metadata>
                  <manifest>
                    <item id="contents" href="contents.xhtml" media-type="application/xhtml+xml" properties="nav"/>
                    <item id="chapter" href="chapter.xhtml" media-type="application/xhtml+xml"/>
                  </manifest>
                  <spine>
                    <itemref idref="chapter"/>
                  </spine>
                </package>
                """.formatted(id, Entities.escape(writing.title()), Entities.escape(writing.author()), writing.date())
                .getBytes(UTF_8);
    }

    private static byte[] contents(Writing writing) {
        Document page = page(writing.title());
        Element list = page.body().appendElement("nav").attr("epub:type", "toc").appendElement("ol");
        list.appendElement("li")
                .appendElement("a")
                .attr("href", "chapter.xhtml")
                .text(writing.title());
        return page.outerHtml().getBytes(UTF_8);
    }

    private static byte[] chapter(Writing writing) {
        Document page = page(writing.title());
        page.body().appendElement("h1").text(writing.title());
        for (Writing.Block block : writing.blocks()) {
            switch (block) {
                case Writing.Paragraph(String text) ->
                    page.body().appendElement("p").text(text);
                case Writing.Entries(var lines) -> {
                    Element list = page.body().appendElement("ul");
                    lines.forEach(line -> list.appendElement("li").text(line.text()));
                }
            }
        }
        return page.outerHtml().getBytes(UTF_8);
    }

    private static Document page(String title) {
        Document page = Document.createShell("");
        page.outputSettings()
                .syntax(Document.OutputSettings.Syntax.xml)
                .escapeMode(Entities.EscapeMode.xhtml)
                .charset(UTF_8);
        page.child(0).attr("xmlns", "http://www.w3.org/1999/xhtml").attr("xmlns:epub", "http://www.idpf.org/2007/ops");
        page.title(title);
        return page;
    }
}
