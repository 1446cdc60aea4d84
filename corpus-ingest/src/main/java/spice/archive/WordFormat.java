package spice.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.poi.xwpf.usermodel.XWPFDocument;
import org.apache.poi.xwpf.usermodel.XWPFRun;

/// A Word document; ledger lines are paragraphs.
record WordFormat() implements WritingFormat {
    @Override
    public String extension() {
        return "docx";
    }

    @Override
    public byte[] render(Writing writing) {
        try (XWPFDocument document = new XWPFDocument();
                ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            OfficeProperties.describe(document, writing);
            XWPFRun title = document.createParagraph().createRun();
            title.setBold(true);
            title.setFontSize(16);
            title.setText(writing.title());
            document.createParagraph().createRun().setText("%s, %s".formatted(writing.author(), writing.date()));
            for (Writing.Block block : writing.blocks()) {
                switch (block) {
                    case Writing.Paragraph(String text) ->
                        document.createParagraph().createRun().setText(text);
                    case Writing.Entries(var lines) ->
                        lines.forEach(
                                line -> document.createParagraph().createRun().setText(line.text()));
                }
            }
            document.write(bytes);
            return FixedZip.repack(bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
