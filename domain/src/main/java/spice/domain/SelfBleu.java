package spice.domain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// Self-BLEU (Zhu et al. 2018, Texygen): each text's BLEU-4 against all others as references, averaged. 0 where no
/// two texts share a word, 1 where all are the same.
public final class SelfBleu {
    private static final int ORDER = 4;

    private SelfBleu() {}

    /// The Self-BLEU of these texts, split into words at white space, case folded; empty for fewer than two texts.
    /// The geometric mean of a text leaves out orders that the text is too short for.
    public static Optional<Double> of(List<String> texts) {
        if (texts.size() < 2) {
            return Optional.empty();
        }
        List<String[]> words = texts.stream()
                .map(text -> text.strip().toLowerCase(Locale.ROOT).split("\\s+"))
                .toList();
        List<Map<List<String>, Most>> most =
                IntStream.rangeClosed(1, ORDER).mapToObj(n -> most(words, n)).toList();
        int[] lengths = words.stream().mapToInt(text -> text.length).sorted().toArray();
        return Optional.of(words.stream()
                .mapToDouble(text -> brevity(text.length, lengths) * precision(text, most))
                .average()
                .orElseThrow());
    }

    /// The highest count of an n-gram in one text, and the highest in any other text.
    private static final class Most {
        private int first;
        private int second;

        void see(int count) {
            if (count > first) {
                second = first;
                first = count;
            } else if (count > second) {
                second = count;
            }
        }

        /// The highest count in the other texts, given the count in this one.
        int besides(int count) {
            return count == first ? second : first;
        }
    }

    private static Map<List<String>, Most> most(List<String[]> texts, int n) {
        Map<List<String>, Most> most = new HashMap<>();
        texts.forEach(text -> counts(text, n)
                .forEach((gram, count) ->
                        most.computeIfAbsent(gram, _ -> new Most()).see(count)));
        return most;
    }

    private static Map<List<String>, Integer> counts(String[] text, int n) {
        Map<List<String>, Integer> counts = new HashMap<>();
        for (int from = 0; from + n <= text.length; from++) {
            counts.merge(List.of(text).subList(from, from + n), 1, Integer::sum);
        }
        return counts;
    }

    /// The geometric mean of the clipped precisions.
    private static double precision(String[] text, List<Map<List<String>, Most>> most) {
        List<Double> logs = new ArrayList<>();
        for (int n = 1; n <= Math.min(ORDER, text.length); n++) {
            Map<List<String>, Most> grams = most.get(n - 1);
            int clipped = counts(text, n).entrySet().stream()
                    .mapToInt(gram -> Math.min(
                            gram.getValue(),
                            grams.getOrDefault(gram.getKey(), new Most()).besides(gram.getValue())))
                    .sum();
            logs.add(Math.log((double) clipped / (text.length - n + 1)));
        }
        return Math.exp(logs.stream().mapToDouble(Double::doubleValue).average().orElseThrow());
    }

    /// The penalty for a text shorter than the reference nearest in length; of two equally near ones, the shorter
    /// counts.
    private static double brevity(int length, int[] sorted) {
        boolean itself = true;
        int nearest = 0;
        int distance = Integer.MAX_VALUE;
        for (int other : sorted) {
            if (other == length && itself) {
                itself = false;
            } else if (Math.abs(other - length) < distance) {
                distance = Math.abs(other - length);
                nearest = other;
            }
        }
        return length >= nearest ? 1 : Math.exp(1 - (double) nearest / length);
    }
}
