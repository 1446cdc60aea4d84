package spice.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The part of a text that the page shows.
///
/// @param text the text, cut to a length
/// @param marks marked ranges: pairs of begin and end, in order, without overlap
/// @param isCut whether the store has more of the text
record Excerpt(String text, List<int[]> marks, boolean isCut) {
    private static final String ELLIPSIS = "…";
    private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Z}]+");

    Excerpt {
        marks = List.copyOf(marks);
    }

    /// The beginning of a text, with an ellipsis if it is longer than this.
    static String beginning(String text, int length) {
        return text.length() <= length ? text : text.substring(0, whole(text, length)) + ELLIPSIS;
    }

    /// The part of a text around the first quote, with all quotes in it marked.
    ///
    /// @param length most characters of the part
    static Excerpt around(String text, List<String> quotes, int length) {
        List<int[]> marks = marks(text, quotes);
        if (text.length() <= length) {
            return new Excerpt(text, marks, false);
        }
        int first = marks.isEmpty() ? 0 : marks.getFirst()[0];
        int from = whole(text, Math.clamp(first - length / 3L, 0, text.length() - length));
        int to = whole(text, from + length);
        String before = from > 0 ? ELLIPSIS : "";
        int shift = before.length() - from;
        return new Excerpt(
                before + text.substring(from, to) + (to < text.length() ? ELLIPSIS : ""),
                marks.stream()
                        .filter(mark -> mark[0] >= from && mark[0] < to)
                        .map(mark -> new int[] {mark[0] + shift, Math.min(mark[1], to) + shift})
                        .toList(),
                true);
    }

    /// The first occurrence of each quote, where any white space matches any other. Overlapping ranges are joined.
    private static List<int[]> marks(String text, List<String> quotes) {
        List<int[]> found = new ArrayList<>();
        quotes.stream().filter(quote -> !quote.isBlank()).forEach(quote -> {
            String words = BLANKS.splitAsStream(quote.strip())
                    .map(Pattern::quote)
                    .collect(Collectors.joining(BLANKS.pattern()));
            Matcher place = Pattern.compile(words).matcher(text);
            if (place.find()) {
                found.add(new int[] {place.start(), place.end()});
            }
        });
        found.sort((a, b) -> Arrays.compare(a, b));
        List<int[]> apart = new ArrayList<>();
        for (int[] mark : found) {
            if (apart.isEmpty() || apart.getLast()[1] <= mark[0]) {
                apart.add(mark);
            } else {
                apart.getLast()[1] = Math.max(apart.getLast()[1], mark[1]);
            }
        }
        return apart;
    }

    /// At most how many bytes a text takes as JSON in a page, where `<` takes six.
    static int bytes(String text) {
        return text.chars()
                .map(c -> c == '<' || c < ' ' ? 6 : c == '"' || c == '\\' ? 2 : c < 0x80 ? 1 : 3)
                .sum();
    }

    /// This position in a text, or the one before it if this one would split a surrogate pair.
    private static int whole(String text, int at) {
        return at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at)) ? at - 1 : at;
    }
}
