package spice.archive;

import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;
import java.util.function.Predicate;

/// Breaks prose into lines.
final class Wrap {
    static final int COLUMNS = 72;

    private Wrap() {}

    /// Lines of at most [#COLUMNS] characters.
    static List<String> columns(String text) {
        return lines(text, line -> line.length() <= COLUMNS);
    }

    /// Lines that fit, broken at blanks; a word that is too long gets a line of its own.
    static List<String> lines(String text, Predicate<String> fits) {
        List<String> lines = new ArrayList<>();
        String line = "";
        for (StringTokenizer words = new StringTokenizer(text, " "); words.hasMoreTokens(); ) {
            String word = words.nextToken();
            String longer = line.isEmpty() ? word : line + " " + word;
            if (!line.isEmpty() && !fits.test(longer)) {
                lines.add(line);
                longer = word;
            }
            line = longer;
        }
        lines.add(line);
        return lines;
    }
}
