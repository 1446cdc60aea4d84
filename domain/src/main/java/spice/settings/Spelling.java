package spice.settings;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// What somebody may have meant by a name that nothing has.
public final class Spelling {
    private Spelling() {}

    /// The known name that is spelled most like this one.
    static String nearest(String name, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(each -> distance(each, name)))
                .orElseThrow();
    }

    /// The known name that is spelled most like this one; empty if more than half of its letters would have to
    /// change.
    public static Optional<String> near(String name, Collection<String> known) {
        return Optional.of(nearest(name, known)).filter(each -> 2 * distance(each, name) <= name.length());
    }

    /// The Levenshtein distance, whatever the case.
    private static int distance(String one, String other) {
        String a = one.toLowerCase(Locale.ROOT);
        String b = other.toLowerCase(Locale.ROOT);
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, j -> j);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
