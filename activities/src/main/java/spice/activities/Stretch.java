package spice.activities;

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

    Stream<Integer> iterations() {
        return IntStream.rangeClosed(first, last).boxed();
    }
}
