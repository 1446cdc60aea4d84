package spice.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// As much of a text as is shown.
///
/// @param text cut to a length
/// @param marks what is marked in it: pairs of begin and end, in order, without overlap
/// @param isCut whether there is more of it in the store
record Excerpt(String text, List<int[]> marks, boolean isCut) {
    private static final String ELLIPSIS = "…";
    private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Z}]+");

    Excerpt {
        marks = List.copyOf(marks);
    }

    /// The beginning of a text.
    static String beginning(String text, int length) {
        return text.length() <= length ? text : text.substring(0, whole(text, length)) + ELLIPSIS;
    }

    /// The stretch of a text that has the quotes in it, with what surrounds them.
    ///
    /// @param length of the stretch at most, in characters
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

    /// Where the quotes stand, first places only; white space in them stands for any other.
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

    /// How many bytes a text takes as JSON in a page, where `<` is six.
    static int bytes(String text) {
        return text.chars()
                .map(c -> c == '<' || c < ' ' ? 6 : c == '"' || c == '\\' ? 2 : c < 0x80 ? 1 : 3)
                .sum();
    }

    /// This place in a text, or the one before if it would part a character.
    private static int whole(String text, int at) {
        return at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at)) ? at - 1 : at;
    }
}
