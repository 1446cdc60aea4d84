package spice.domain;

import static spice.domain.Check.require;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/// Chooses which attempts at a document form its Challenger group, and which task its Reasoner group gets (SPICE
/// Alg. 1, lines 6 and 14).
public final class Subsample {
    private Subsample() {}

    /// At most `groupSize` attempts, drawn without replacement and kept in order. The ratio of valid to invalid
    /// ones is that of all attempts.
    public static <T> List<T> ratioPreserving(List<T> attempts, Predicate<T> isValid, int groupSize, Seed seed) {
        List<Integer> valid = positions(attempts, isValid);
        List<Integer> invalid = positions(attempts, isValid.negate());
        int fromValid = validOf(groupSize, valid.size(), attempts.size());
        int fromInvalid = Math.min(groupSize, attempts.size()) - fromValid;

        List<Integer> drawn = new ArrayList<>(draw(fromValid, valid, seed.child("valid")));
        drawn.addAll(draw(fromInvalid, invalid, seed.child("invalid")));
        return drawn.stream().sorted().map(attempts::get).toList();
    }

    /// One valid task of a group, each with the same chance; empty if there is none.
    public static <T> Optional<T> chooseTask(List<T> group, Predicate<T> isValid, Seed seed) {
        List<T> valid = group.stream().filter(isValid).toList();
        return valid.isEmpty()
                ? Optional.empty()
                : Optional.of(valid.get(seed.random().nextInt(valid.size())));
    }

    /// `round(G V / N)`, a half rounded up, but at least one where a valid attempt exists: otherwise the document
    /// would look as if no task could be posed on it. With fewer attempts than the group holds, all are taken.
    static int validOf(int groupSize, int valid, int attempts) {
        require(groupSize >= 1, "a group of %d", groupSize);
        require(valid >= 0 && valid <= attempts, "%d valid of %d attempts", valid, attempts);
        if (valid == 0) {
            return 0;
        }
        long size = Math.min(groupSize, attempts);
        return (int) Math.max(1, (2 * size * valid + attempts) / (2L * attempts));
    }

    private static <T> List<Integer> positions(List<T> attempts, Predicate<T> accepted) {
        return IntStream.range(0, attempts.size())
                .filter(position -> accepted.test(attempts.get(position)))
                .boxed()
                .toList();
    }

    private static List<Integer> draw(int count, List<Integer> positions, Seed seed) {
        List<Integer> shuffled = new ArrayList<>(positions);
        Collections.shuffle(shuffled, seed.random());
        return shuffled.subList(0, count);
    }
}
