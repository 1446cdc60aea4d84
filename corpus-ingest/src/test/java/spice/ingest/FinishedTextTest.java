package spice.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
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
import org.apache.poi.sl.usermodel.Placeholder;
import org.apache.poi.ss.usermodel.SheetVisibility;
import org.apache.poi.xslf.usermodel.XMLSlideShow;
import org.apache.poi.xslf.usermodel.XSLFSlide;
import org.apache.poi.xslf.usermodel.XSLFTextShape;
import org.apache.poi.xssf.usermodel.XSSFClientAnchor;
import org.apache.poi.xssf.usermodel.XSSFComment;
import org.apache.poi.xssf.usermodel.XSSFSheet;
import org.apache.poi.xssf.usermodel.XSSFWorkbook;
import org.apache.poi.xwpf.usermodel.XWPFComment;
import org.apache.poi.xwpf.usermodel.XWPFDocument;
import org.apache.poi.xwpf.usermodel.XWPFParagraph;
import org.apache.poi.xwpf.usermodel.XWPFRun;
import org.apache.xmlbeans.impl.xb.xmlschema.SpaceAttribute;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openxmlformats.schemas.wordprocessingml.x2006.main.CTP;
import org.openxmlformats.schemas.wordprocessingml.x2006.main.CTR;
import org.openxmlformats.schemas.wordprocessingml.x2006.main.CTText;
import spice.domain.Passage;
import spice.store.InMemoryBlobStore;

/// A document is read as its reader sees it when it is finished: without what was deleted or hidden, without
/// comments, outlines and lists of names. The files are real, and so is the parser.
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
        write("changes.docx", changedWord());
        write("hidden.docx", hiddenWord());
        write("hidden.xlsx", workbook());
        write("hidden.pptx", slides());
        write("changes.rtf", CHANGED_RTF.getBytes(UTF_8));
        write("book.epub", book());
        write("changes.odt", openDocument("text", CHANGED_TEXT));
        write("hidden.ods", openDocument("spreadsheet", HIDDEN_SHEET));
        write("hidden.odp", openDocument("presentation", HIDDEN_SLIDE));
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

    /// Deleted text is gone, what was added is there, and what was moved stands once, at its new place.
    @Test
    void aWordDocumentIsReadWithItsChangesAccepted() {
        assertThat(READ).containsEntry("changes.docx", "The price is ten pounds.\n\nMoved paragraph.");
    }

    @Test
    void hiddenTextAndCommentsInAWordDocumentAreLeftOut() {
        assertThat(READ).containsEntry("hidden.docx", "The price is not hidden. It is shown.");
    }

    @Test
    void aWorkbookIsReadWithoutHiddenSheetsAndComments() {
        assertThat(READ.get("hidden.xlsx")).contains("A shown price").doesNotContain("secret", "Is this right?");
    }

    @Test
    void slidesAreReadWithTheirNotesButNotHiddenOnes() {
        assertThat(READ.get("hidden.pptx"))
                .contains("A shown slide", "Notes of the shown slide")
                .doesNotContain("secret");
    }

    @Test
    void anRtfDocumentIsReadWithItsChangesAcceptedAndWithoutHiddenText() {
        assertThat(READ)
                .containsEntry("changes.rtf", "The price is ten pounds. It is shown.\n\nMoved café – paragraph.");
    }

    @Test
    void aBookIsReadWithoutItsNavigation() {
        assertThat(READ).containsEntry("book.epub", "The first chapter\nIt was kept at the counter.");
    }

    @Test
    void anOpenDocumentIsReadWithItsChangesAcceptedAndWithoutWhatItHides() {
        assertThat(READ).containsEntry("changes.odt", "The price is ten pounds. It is shown.");
        assertThat(READ.get("hidden.ods")).contains("A shown price").doesNotContain("secret");
        assertThat(READ.get("hidden.odp")).contains("A shown slide").doesNotContain("secret");
    }

    /// As Word writes it: a deletion, an insertion, a moved paragraph, and a run whose earlier format was hidden.
    private static byte[] changedWord() throws IOException {
        try (XWPFDocument document = new XWPFDocument();
                ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            CTP paragraph = document.createParagraph().getCTP();
            paragraph.addNewR().addNewT().setStringValue("The price is ");
            paragraph.addNewDel().addNewR().addNewDelText().setStringValue("nine");
            paragraph.addNewIns().addNewR().addNewT().setStringValue("ten");
            CTR shownNow = paragraph.addNewR();
            shownNow.addNewRPr().addNewRPrChange().addNewRPr().addNewVanish();
            CTText text = shownNow.addNewT();
            text.setStringValue(" pounds.");
            text.setSpace(SpaceAttribute.Space.PRESERVE);
            CTP from = document.createParagraph().getCTP();
            from.addNewPPr().addNewRPr().addNewMoveFrom();
            from.addNewMoveFrom().addNewR().addNewT().setStringValue("Moved paragraph.");
            CTP deleted = document.createParagraph().getCTP();
            deleted.addNewPPr().addNewRPr().addNewDel();
            deleted.addNewDel().addNewR().addNewDelText().setStringValue("A deleted paragraph.");
            document.createParagraph()
                    .getCTP()
                    .addNewMoveTo()
                    .addNewR()
                    .addNewT()
                    .setStringValue("Moved paragraph.");
            document.write(bytes);
            return bytes.toByteArray();
        }
    }

    private static byte[] hiddenWord() throws IOException {
        try (XWPFDocument document = new XWPFDocument();
                ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            XWPFParagraph paragraph = document.createParagraph();
            paragraph.createRun().setText("The price is not hidden. ");
            XWPFRun hidden = paragraph.createRun();
            hidden.setVanish(true);
            hidden.setText("A secret.");
            XWPFRun shown = paragraph.createRun();
            shown.setVanish(true);
            shown.getCTR().getRPr().getVanishArray(0).setVal("false");
            shown.setText("It is shown.");
            XWPFComment comment = document.createComments().createComment(BigInteger.ZERO);
            comment.setAuthor("A clerk");
            comment.createParagraph().createRun().setText("Is this secret right?");
            paragraph.getCTP().addNewR().addNewCommentReference().setId(BigInteger.ZERO);
            document.write(bytes);
            return bytes.toByteArray();
        }
    }

    private static byte[] workbook() throws IOException {
        try (XSSFWorkbook workbook = new XSSFWorkbook();
                ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            XSSFSheet shown = workbook.createSheet("Prices");
            shown.createRow(0).createCell(0).setCellValue("A shown price");
            XSSFComment comment = shown.createDrawingPatriarch().createCellComment(new XSSFClientAnchor());
            comment.setString("Is this right?");
            comment.setAddress(0, 0);
            workbook.createSheet("Costs").createRow(0).createCell(0).setCellValue("a secret cost");
            workbook.setSheetHidden(1, true);
            workbook.createSheet("Macros").createRow(0).createCell(0).setCellValue("a secret macro");
            workbook.setSheetVisibility(2, SheetVisibility.VERY_HIDDEN);
            workbook.write(bytes);
            return bytes.toByteArray();
        }
    }

    private static byte[] slides() throws IOException {
        try (XMLSlideShow show = new XMLSlideShow();
                ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            for (String text : new String[] {"shown", "secret"}) {
                XSLFSlide slide = show.createSlide();
                slide.createTextBox().setText("A %s slide".formatted(text));
                for (XSLFTextShape notes : show.getNotesSlide(slide).getPlaceholders()) {
                    if (notes.getTextType() == Placeholder.BODY) {
                        notes.setText("Notes of the %s slide".formatted(text));
                    }
                }
                slide.setHidden(text.equals("secret"));
            }
            show.write(bytes);
            return bytes.toByteArray();
        }
    }

    private static final String CHANGED_RTF = """
            {\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Times;}}{\\*\\revtbl {Unknown;}{A clerk;}}
            \\pard The price is {\\deleted\\revauthdel1\\b \\'93nine\\'94 \\u8364?}{\\revised\\revauth1 ten} pounds.
             {\\v A secret.}{\\v0 It is shown.}\\v  A secret.\\v0\\par
            {\\mvf Moved paragraph.\\par}{\\*\\atnid C}{\\*\\atnauthor A clerk}{\\*\\annotation A comment.}
            {\\mvt Moved caf\\'e9 \\u8211- paragraph.\\par}}
            """;

    private static final String CHANGED_TEXT = """
            <office:automatic-styles>
              <style:style style:name="T1" style:family="text"><style:text-properties text:display="none"/></style:style>
            </office:automatic-styles>
            <office:body><office:text>
              <text:tracked-changes><text:changed-region text:id="c1"><text:deletion>
                <text:p>A deleted word.</text:p>
              </text:deletion></text:changed-region></text:tracked-changes>
              <text:p>The price is <text:change text:change-id="c1"/>ten pounds.<office:annotation>
                <text:p>A comment.</text:p></office:annotation><text:span text:style-name="T1"> A secret.</text:span> It is shown.<text:hidden-text text:string-value="A secret.">A secret.</text:hidden-text></text:p>
            </office:text></office:body>""";

    private static final String HIDDEN_SHEET = """
            <office:automatic-styles>
              <style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/></style:style>
              <style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>
            </office:automatic-styles>
            <office:body><office:spreadsheet>
              <table:table table:name="Prices" table:style-name="ta1"><table:table-row><table:table-cell>
                <text:p>A shown price</text:p></table:table-cell></table:table-row></table:table>
              <table:table table:name="Costs" table:style-name="ta2"><table:table-row><table:table-cell>
                <text:p>A secret cost</text:p></table:table-cell></table:table-row></table:table>
            </office:spreadsheet></office:body>""";

    private static final String HIDDEN_SLIDE = """
            <office:automatic-styles>
              <style:style style:name="dp2" style:family="drawing-page">
                <style:drawing-page-properties presentation:visibility="hidden"/></style:style>
            </office:automatic-styles>
            <office:body><office:presentation>
              <draw:page draw:style-name="dp1"><draw:frame><draw:text-box><text:p>A shown slide</text:p></draw:text-box></draw:frame></draw:page>
              <draw:page draw:style-name="dp2"><draw:frame><draw:text-box><text:p>A secret slide</text:p></draw:text-box></draw:frame></draw:page>
            </office:presentation></office:body>""";

    private static byte[] openDocument(String kind, String body) throws IOException {
        String content = """
                <office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
                    xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
                    xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
                    xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
                    xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
                    xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0">%s</office:document-content>
                """.formatted(body);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            // The format's own way to be known: the first entry, not compressed.
            byte[] type =
                    "application/vnd.oasis.opendocument.%s".formatted(kind).getBytes(UTF_8);
            CRC32 sum = new CRC32();
            sum.update(type);
            ZipEntry first = new ZipEntry("mimetype");
            first.setMethod(ZipEntry.STORED);
            first.setSize(type.length);
            first.setCrc(sum.getValue());
            zip.putNextEntry(first);
            zip.write(type);
            zip.putNextEntry(new ZipEntry("content.xml"));
            zip.write(content.getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }

    private static byte[] book() throws IOException {
        String page =
                "<html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>A book</title></head><body>%s</body></html>";
        return zip(Map.of(
                "mimetype",
                "application/epub+zip",
                "META-INF/container.xml",
                """
                <container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
                <rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>""",
                "book.opf",
                """
                <package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata/><manifest>
                <item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
                <item id="one" href="one.xhtml" media-type="application/xhtml+xml"/></manifest>
                <spine><itemref idref="nav"/><itemref idref="one"/></spine></package>""",
                "nav.xhtml",
                page.formatted("<nav><ol><li><a href=\"one.xhtml\">The first chapter</a></li></ol></nav>"),
                "one.xhtml",
                page.formatted("<h1>The first chapter</h1><p>It was kept at the counter.</p>")));
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
