package spice.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.TimeZone;
import org.apache.pdfbox.pdfwriter.compress.CompressParameters;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDDocumentInformation;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.PDPageContentStream.AppendMode;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts.FontName;
import spice.ledger.LedgerLine;

/// A4 pages, with prose in Times and ledger lines in Courier.
record PdfFormat() implements WritingFormat {
    private static final float SIZE = 11;
    private static final float LEADING = 15;
    private static final float MARGIN = 72;

    @Override
    public String extension() {
        return "pdf";
    }

    @Override
    public byte[] render(Writing writing) {
        try (PDDocument document = new PDDocument();
                ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            document.setDocumentInformation(information(writing));
            // By default the file's identifier comes from the time of saving.
            document.setDocumentId(writing.date().toEpochDay());
            List<PageLine> lines = lines(writing);
            int perPage = (int) ((PDRectangle.A4.getHeight() - 2 * MARGIN) / LEADING);
            for (int from = 0; from < lines.size(); from += perPage) {
                page(document, lines.subList(from, Math.min(lines.size(), from + perPage)));
            }
            document.save(bytes, CompressParameters.NO_COMPRESSION);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A line on the page; an empty line separates two paragraphs.
    private record PageLine(PDFont font, String text) {}

    private static List<PageLine> lines(Writing writing) {
        PDFont bold = new PDType1Font(FontName.TIMES_BOLD);
        PDFont prose = new PDType1Font(FontName.TIMES_ROMAN);
        PDFont ledger = new PDType1Font(FontName.COURIER);
        List<PageLine> lines = new ArrayList<>();
        lines.add(new PageLine(bold, writing.title()));
        lines.add(new PageLine(prose, "%s, %s".formatted(writing.author(), writing.date())));
        for (Writing.Block block : writing.blocks()) {
            lines.add(new PageLine(prose, ""));
            switch (block) {
                case Writing.Paragraph(String text) ->
                    Wrap.lines(text, line -> fits(prose, line)).forEach(line -> lines.add(new PageLine(prose, line)));
                case Writing.Entries(var entries) ->
                    entries.stream().map(LedgerLine::text).forEach(line -> lines.add(new PageLine(ledger, line)));
            }
        }
        return lines;
    }

    private static boolean fits(PDFont font, String line) {
        try {
            return font.getStringWidth(line) / 1000 * SIZE <= PDRectangle.A4.getWidth() - 2 * MARGIN;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void page(PDDocument document, List<PageLine> lines) throws IOException {
        PDPage page = new PDPage(PDRectangle.A4);
        document.addPage(page);
        try (PDPageContentStream content = new PDPageContentStream(document, page, AppendMode.OVERWRITE, false)) {
            content.beginText();
            content.setLeading(LEADING);
            content.newLineAtOffset(MARGIN, PDRectangle.A4.getHeight() - MARGIN);
            for (PageLine line : lines) {
                content.setFont(line.font(), SIZE);
                content.showText(line.text());
                content.newLine();
            }
            content.endText();
        }
    }

    private static PDDocumentInformation information(Writing writing) {
        Calendar date = new GregorianCalendar(TimeZone.getTimeZone("UTC"));
        date.setTimeInMillis(writing.date().toEpochDay() * 86_400_000L);
        PDDocumentInformation information = new PDDocumentInformation();
        information.setTitle(writing.title());
        information.setAuthor(writing.author());
        information.setCreationDate(date);
        information.setModificationDate(date);
        return information;
    }
}
