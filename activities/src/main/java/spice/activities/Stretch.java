package spice.activities;

import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Checkpoints of one branch that follow each other.
///
/// @param first iteration
/// @param last iteration, which is not before the first
public record Stretch(String branch, int first, int last) {

    public boolean contains(String otherBranch, int iteration) {
        return branch.equals(otherBranch) && first <= iteration && iteration <= last;
    }

    /// What of it comes after an iteration.
    public Optional<Stretch> after(int iteration) {
        return last <= iteration
                ? Optional.empty()
                : Optional.of(new Stretch(branch, Math.max(first, iteration + 1), last));
    }

    Stream<Integer> iterations() {
        return IntStream.rangeClosed(first, last).boxed();
    }
}
