package spice.checkpoints;

import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Consecutive checkpoints of one branch.
///
/// @param first iteration
/// @param last iteration, which is not before the first
public record BranchSegment(String branch, int first, int last) {

    public boolean contains(String otherBranch, int iteration) {
        return branch.equals(otherBranch) && first <= iteration && iteration <= last;
    }

    /// The part of the segment after an iteration; empty if none is left.
    public Optional<BranchSegment> after(int iteration) {
        return last <= iteration
                ? Optional.empty()
                : Optional.of(new BranchSegment(branch, Math.max(first, iteration + 1), last));
    }

    Stream<Integer> iterations() {
        return IntStream.rangeClosed(first, last).boxed();
    }
}
