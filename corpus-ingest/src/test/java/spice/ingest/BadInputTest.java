package spice.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts.FontName;
import org.apache.poi.xwpf.usermodel.XWPFDocument;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.domain.Passage;
import spice.domain.Seed;
import spice.ingest.CorpusManifest.Source;
import spice.store.InMemoryBlobStore;

/// A folder with every kind of bad file, read by the real parser in small JVMs, beside good files that must still
/// be read.
class BadInputTest {
    private static final String SENTENCE = "The book was kept at the counter in Trieste. ";
    private static final int MEGABYTE = 1 << 20;

    @TempDir
    static Path folder;

    private static CorpusManifest manifest;
    private static CorpusReader reader;
    private static Set<Long> childrenBefore;

    @BeforeAll
    static void ingest() throws Exception {
        write("good.txt", SENTENCE.repeat(3).getBytes(UTF_8));
        write("good.pdf", pdf(SENTENCE));
        write("after the bombs.txt", SENTENCE.repeat(2).getBytes(UTF_8));
        write("PDF under another name.txt", pdf("A page that calls itself text."));
        write("packed.txt.gz", gzip("A packed text."));
        write(
                "page without extension",
                "<!DOCTYPE html><html><body><p>A page without a name.</p></body></html>".getBytes(UTF_8));

        write("empty.txt", new byte[0]);
        write("truncated.pdf", Arrays.copyOf(pdf(SENTENCE), 300));
        write("encrypted.pdf", encryptedPdf());
        byte[] noise = new byte[100_000];
        new Seed(1).random().nextBytes(noise);
        write("noise.pdf", noise);
        write("noise", noise);
        byte[] docx = docx();
        write("truncated.docx", Arrays.copyOf(docx, docx.length / 2));
        write("style.css", "body { color: saffron }".getBytes(UTF_8));
        write("picture.png", picture());
        bomb("bomb.zip", "bomb.txt", "", "a", "", 10);
        bomb("large bomb.zip", "bomb.txt", "", "a", "", 300);
        bomb(
                "bomb.docx",
                "word/document.xml",
                "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body><w:p><w:r><w:t>",
                "a",
                "</w:t></w:r></w:p></w:body></w:document>",
                400);
        try (OutputStream out = Files.newOutputStream(folder.resolve("500 MB.txt"))) {
            byte[] block = SENTENCE.repeat(100_000).getBytes(UTF_8);
            for (long written = 0; written < 500L * MEGABYTE; written += block.length) {
                out.write(block);
            }
        }
        manyEntries("many.zip", 700);

        childrenBefore = children();
        InMemoryBlobStore store = new InMemoryBlobStore();
        IngestSettings settings =
                new IngestSettings("characters", 2000, "text", 2_000_000, 500, 1L << 30, 60, 160, 500);
        manifest = Ingest.ingest(
                        FolderSource.below(folder, "."), settings, 2, String::length, store, IngestProgress.NONE)
                .manifest();
        reader = new CorpusReader(store, manifest);
    }

    @Test
    void goodFilesComeThroughWholeWhateverTheirNameSaysAndWhateverCameBefore() {
        assertThat(sources())
                .isEqualTo(Map.of(
                        "good.txt", "text/plain []",
                        "good.pdf", "application/pdf []",
                        "after the bombs.txt", "text/plain []",
                        "PDF under another name.txt", "application/pdf []",
                        "packed.txt.gz", "application/gzip []",
                        "page without extension", "text/html []",
                        "500 MB.txt", "text/plain [CHARACTERS]",
                        "large bomb.zip", "application/zip [CHARACTERS]",
                        "many.zip", "application/zip [EMBEDDED_FILES]"));
        assertThat(reader.passages())
                .filteredOn(passage -> passage.source().matches("PDF.*|packed.*"))
                .extracting(Passage::text)
                .containsExactly("A page that calls itself text.", "A packed text.");
    }

    @Test
    void everyBadFileHasItsReason() {
        assertThat(refused())
                .isEqualTo(Map.of(
                        "empty.txt", "EMPTY ",
                        "truncated.pdf",
                                "DAMAGED application/pdf: java.io.IOException: Page tree root must be a dictionary",
                        "truncated.docx",
                                "DAMAGED application/vnd.openxmlformats-officedocument.wordprocessingml.document:"
                                        + " org.apache.tika.exception.TikaException: Couldn't find core part",
                        "encrypted.pdf", "ENCRYPTED application/pdf",
                        "noise.pdf",
                                "DAMAGED application/pdf: java.io.IOException:"
                                        + " Missing root object specification in trailer.",
                        "noise", "NO_TEXT application/octet-stream",
                        "picture.png", "NO_TEXT image/png",
                        "style.css", "NOT_PROSE text/css",
                        "bomb.docx", "OUT_OF_MEMORY not parsed within 160 MB",
                        "bomb.zip", "ZIP_BOMB application/zip"));
    }

    @Test
    void everyFileIsReadOrRefused() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(manifest.totals().files()).isEqualTo((int) files.count()).isEqualTo(19);
        }
    }

    @Test
    void noParserIsLeftRunning() {
        assertThat(childrenBefore).containsAll(children());
    }

    @Test
    void aParserThatTakesTooLongIsStopped(@TempDir Path slow) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(slow.resolve("slow.zip")))) {
            for (int i = 0; i < 20_000; i++) {
                put(zip, "%d.txt".formatted(i), "Entry number %d.".formatted(i));
            }
        }
        IngestSettings hasty = new IngestSettings("characters", 2000, "text", 1_000_000, 100_000, 1 << 30, 1, 160, 500);
        assertThatThrownBy(() -> Ingest.ingest(
                        FolderSource.below(slow, "."),
                        hasty,
                        1,
                        String::length,
                        new InMemoryBlobStore(),
                        IngestProgress.NONE))
                .isInstanceOf(CorpusException.class)
                .hasMessageContaining("slow.zip (TIMEOUT: not parsed within 1 s)");
    }

    private static Map<String, String> sources() {
        return manifest.sources().stream().collect(toMap(Source::path, source -> source.type() + " " + source.cuts()));
    }

    private static Map<String, String> refused() {
        return manifest.refused().stream()
                .collect(toMap(RefusedFile::path, file -> file.reason() + " " + file.detail()));
    }

    private static Set<Long> children() {
        return ProcessHandle.current().descendants().map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    private static void write(String name, byte[] content) throws IOException {
        Files.write(folder.resolve(name), content);
    }

    private static byte[] pdf(String text) throws IOException {
        try (PDDocument document = document(text);
                ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            document.save(bytes);
            return bytes.toByteArray();
        }
    }

    private static byte[] encryptedPdf() throws IOException {
        try (PDDocument document = document(SENTENCE);
                ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            document.protect(new StandardProtectionPolicy("owner", "user", new AccessPermission()));
            document.save(bytes);
            return bytes.toByteArray();
        }
    }

    private static PDDocument document(String text) throws IOException {
        PDDocument document = new PDDocument();
        PDPage page = new PDPage();
        document.addPage(page);
        try (PDPageContentStream content = new PDPageContentStream(document, page)) {
            content.beginText();
            content.setFont(new PDType1Font(FontName.HELVETICA), 12);
            content.newLineAtOffset(72, 700);
            content.showText(text);
            content.endText();
        }
        return document;
    }

    private static byte[] docx() throws IOException {
        try (XWPFDocument document = new XWPFDocument();
                ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            document.createParagraph().createRun().setText(SENTENCE);
            document.write(bytes);
            return bytes.toByteArray();
        }
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }

    private static byte[] picture() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB), "png", bytes);
        return bytes.toByteArray();
    }

    /// A zip with one entry that unpacks to this many megabytes of one letter. Tika recognizes a DOCX only with two
    /// more entries.
    private static void bomb(String name, String entry, String before, String letter, String after, int megabytes)
            throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(folder.resolve(name)))) {
            if (name.endsWith(".docx")) {
                put(zip, "[Content_Types].xml", """
                        <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
                        <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
                        <Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
                        </Types>""");
                put(zip, "_rels/.rels", """
                        <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
                        <Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>
                        </Relationships>""");
            }
            zip.putNextEntry(new ZipEntry(entry));
            zip.write(before.getBytes(UTF_8));
            byte[] block = letter.repeat(MEGABYTE).getBytes(UTF_8);
            for (int i = 0; i < megabytes; i++) {
                zip.write(block);
            }
            zip.write(after.getBytes(UTF_8));
            zip.closeEntry();
        }
    }

    private static void manyEntries(String name, int entries) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(folder.resolve(name)))) {
            for (int i = 0; i < entries; i++) {
                put(zip, "%03d.txt".formatted(i), "Entry number %d.".formatted(i));
            }
        }
    }

    private static void put(ZipOutputStream zip, String name, String content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content.getBytes(UTF_8));
        zip.closeEntry();
    }
}
