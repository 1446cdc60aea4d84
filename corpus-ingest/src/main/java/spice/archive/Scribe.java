package spice.archive;

import java.time.LocalDate;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import spice.archive.Writing.Block;
import spice.archive.Writing.Entries;
import spice.archive.Writing.Paragraph;
import spice.ledger.LedgerLine;

/// Composes a writing: prose of its kind, with the ledger lines in small groups between paragraphs.
final class Scribe {
    private static final LocalDate FIRST_DAY = LocalDate.of(2014, 1, 1);
    private static final int DAYS = 3650;

    private Scribe() {}

    static Writing compose(WritingKind kind, List<LedgerLine> lines, RandomGenerator random) {
        LocalDate date = FIRST_DAY.plusDays(random.nextInt(DAYS));
        Map<String, String> fixed = Map.of(
                "year", Integer.toString(date.getYear()),
                "month", date.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH));
        Prose prose = Prose.of(kind);
        List<String> between = new ArrayList<>(prose.draw("between", lines.size(), Map.of(), random));
        List<Block> blocks = new ArrayList<>();
        blocks.add(paragraph(prose.draw("opening", random.nextInt(2, 5), Map.of(), random)));
        int next = 0;
        while (next < lines.size()) {
            int end = Math.min(lines.size(), next + random.nextInt(2, 5));
            blocks.add(new Entries(lines.subList(next, end)));
            next = end;
            if (next < lines.size()) {
                List<String> sentences = between.subList(0, random.nextInt(1, 3));
                blocks.add(paragraph(sentences));
                sentences.clear();
            }
        }
        blocks.add(paragraph(prose.draw("closing", random.nextInt(1, 4), Map.of(), random)));
        String title = prose.draw("title", 1, fixed, random).getFirst();
        String author = Prose.word("person", random);
        String addressee = Prose.word("person", random);
        return new Writing(title, author, addressee, date, blocks);
    }

    private static Paragraph paragraph(List<String> sentences) {
        return new Paragraph(String.join(" ", sentences));
    }
}
