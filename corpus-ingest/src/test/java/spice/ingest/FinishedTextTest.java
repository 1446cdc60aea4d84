package spice.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts.FontName;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationText;
import org.apache.pdfbox.pdmodel.interactive.documentnavigation.outline.PDDocumentOutline;
import org.apache.pdfbox.pdmodel.interactive.documentnavigation.outline.PDOutlineItem;
import org.apache.pdfbox.pdmodel.interactive.documentnavigation.outline.PDOutlineNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.domain.Passage;
import spice.store.InMemoryBlobStore;

/// A document is read as its reader sees it when it is finished: without what was deleted or hidden, without comments,
/// outlines and lists of names. The files are real, and so is the parser.
class FinishedTextTest {
    @TempDir
    static Path folder;

    private static final Map<String, String> READ = new TreeMap<>();
    private static CorpusManifest manifest;

    @BeforeAll
    static void ingest() throws IOException {
        write("outline.pdf", pdf());
        write("names.zip", zip(Map.of("The title of a text.txt", "A text.", "picture.bin", "\0\u0001\u0002")));
        write("only names.zip", zip(Map.of("a.bin", "\0\u0001", "b.bin", "\0\u0002")));
        write("attached.eml", mail());
        write(
                "quoted.html",
                "<html><body>%sThe first mail.</body></html>"
                        .formatted("<blockquote><p>".repeat(150))
                        .getBytes(UTF_8));
        InMemoryBlobStore store = new InMemoryBlobStore();
        manifest = Ingest.ingest(
                        FolderSource.below(folder, "."),
                        IngestSettings.of("characters", 4000),
                        2,
                        String::length,
                        store,
                        IngestProgress.NONE)
                .manifest();
        for (Passage passage : new CorpusReader(store, manifest).passages()) {
            READ.merge(passage.source(), passage.text(), (first, next) -> first + "\n\n" + next);
        }
    }

    @Test
    void aPdfIsReadWithoutItsOutlineAndItsComments() {
        assertThat(READ).containsEntry("outline.pdf", "The page itself.");
    }

    @Test
    void deepNestingIsNoBomb() {
        assertThat(READ).containsEntry("quoted.html", "The first mail.");
    }

    @Test
    void namesInAnArchiveAreNoText() {
        assertThat(READ).containsEntry("names.zip", "A text.");
        assertThat(manifest.refused())
                .containsExactly(new RefusedFile("only names.zip", FileRefusal.NO_TEXT, "application/zip"));
    }

    @Test
    void attachmentsOfAMailAreReadWithoutTheirNames() {
        assertThat(READ).containsEntry("attached.eml", "The letter.\n\nThe attached text.");
    }

    /// A page with 110 bookmarks, each below the other, and a comment.
    private static byte[] pdf() throws IOException {
        try (PDDocument document = new PDDocument();
                ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            PDPage page = new PDPage();
            document.addPage(page);
            try (PDPageContentStream content = new PDPageContentStream(document, page)) {
                content.beginText();
                content.setFont(new PDType1Font(FontName.HELVETICA), 12);
                content.newLineAtOffset(72, 700);
                content.showText("The page itself.");
                content.endText();
            }
            PDAnnotationText comment = new PDAnnotationText();
            comment.setContents("Is this true?");
            comment.setRectangle(new PDRectangle(72, 600, 20, 20));
            page.getAnnotations().add(comment);
            PDDocumentOutline outline = new PDDocumentOutline();
            document.getDocumentCatalog().setDocumentOutline(outline);
            PDOutlineNode above = outline;
            for (int level = 1; level <= 110; level++) {
                PDOutlineItem item = new PDOutlineItem();
                item.setTitle("Level %d".formatted(level));
                item.setDestination(page);
                above.addLast(item);
                above = item;
            }
            document.save(bytes);
            return bytes.toByteArray();
        }
    }

    private static byte[] mail() {
        return Stream.of(
                        "From: a@example.org",
                        "To: b@example.org",
                        "Subject: A letter",
                        "MIME-Version: 1.0",
                        "Content-Type: multipart/mixed; boundary=part",
                        "",
                        "--part",
                        "Content-Type: text/plain",
                        "",
                        "The letter.",
                        "--part",
                        "Content-Type: text/plain; name=\"The name of the attachment.txt\"",
                        "Content-Disposition: attachment; filename=\"The name of the attachment.txt\"",
                        "",
                        "The attached text.",
                        "--part--",
                        "")
                .collect(Collectors.joining("\r\n"))
                .getBytes(UTF_8);
    }

    private static byte[] zip(Map<String, String> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, String> entry : new TreeMap<>(entries).entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue().getBytes(UTF_8));
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static void write(String name, byte[] content) throws IOException {
        Files.write(folder.resolve(name), content);
    }
}
