package spice.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.poi.ss.usermodel.Row;
import org.apache.poi.xssf.usermodel.XSSFSheet;
import org.apache.poi.xssf.usermodel.XSSFWorkbook;
import spice.ledger.LedgerLine;

/// A workbook of one sheet; a ledger line is a row of six cells, with its amounts as numbers.
record SpreadsheetFormat() implements WritingFormat {
    @Override
    public String extension() {
        return "xlsx";
    }

    @Override
    public byte[] render(Writing writing) {
        try (XSSFWorkbook workbook = new XSSFWorkbook();
                ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            OfficeProperties.describe(workbook, writing);
            XSSFSheet sheet = workbook.createSheet("Book");
            text(sheet, writing.title());
            text(sheet, "%s, %s".formatted(writing.author(), writing.date()));
            for (Writing.Block block : writing.blocks()) {
                switch (block) {
                    case Writing.Paragraph(String text) -> text(sheet, text);
                    case Writing.Entries(var lines) -> lines.forEach(line -> entry(sheet, line));
                }
            }
            workbook.write(bytes);
            return FixedZip.repack(bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void text(XSSFSheet sheet, String text) {
        nextRow(sheet).createCell(0).setCellValue(text);
    }

    private static void entry(XSSFSheet sheet, LedgerLine line) {
        Row row = nextRow(sheet);
        row.createCell(0).setCellValue(line.item());
        row.createCell(1).setCellValue(line.left());
        row.createCell(2).setCellValue(line.operation().word());
        row.createCell(3).setCellValue(line.right());
        row.createCell(4).setCellValue("is");
        row.createCell(5).setCellValue(line.result());
    }

    private static Row nextRow(XSSFSheet sheet) {
        return sheet.createRow(sheet.getLastRowNum() + 1);
    }
}
