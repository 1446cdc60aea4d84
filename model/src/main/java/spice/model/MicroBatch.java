package spice.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;

/// Trajectories computed together, padded on the right to the longest.
///
/// @param members their places in the whole batch
/// @param width T, how many tokens are read: those before the last trained token of the longest trajectory
/// @param targets M, how many tokens are trained
record MicroBatch(List<Integer> members, int width, int targets) {
    /// Tokens of padding that are always accepted. Padding beyond them and beyond an eighth of the longest sequence
    /// starts a new micro-batch.
    private static final int FREE_PADDING = 8;

    /// Cuts the trajectories that `members` names into micro-batches and deals them out to threads, so that all
    /// threads have work if there are enough trajectories: as few rounds as the budget allows, of micro-batches of
    /// about equal size.
    static List<List<MicroBatch>> shares(List<Trajectory> batch, List<Integer> members, int budget, int threads) {
        long tokens =
                members.stream().mapToLong(member -> width(batch.get(member))).sum();
        long rounds = Math.max(1, Math.ceilDiv(tokens, (long) budget * threads));
        int even = (int) Math.max(1, Math.ceilDiv(tokens, rounds * threads));
        return deal(cut(batch, members, even), threads);
    }

    /// Cuts the trajectories that `members` names into micro-batches of at most `budget` tokens, padding
    /// included, the short ones first. Trajectories without trained tokens are left out. The cut depends only on
    /// lengths and order.
    static List<MicroBatch> cut(List<Trajectory> batch, List<Integer> members, int budget) {
        ToIntFunction<Integer> width = member -> width(batch.get(member));
        List<Integer> sorted = members.stream()
                .filter(member -> width.applyAsInt(member) > 0)
                .sorted(Comparator.comparingInt(width).thenComparing(Comparator.naturalOrder()))
                .toList();
        List<MicroBatch> cut = new ArrayList<>();
        int from = 0;
        for (int to = 1; to <= sorted.size(); to++) {
            if (to == sorted.size()
                    || !fits(
                            to - from + 1,
                            width.applyAsInt(sorted.get(from)),
                            width.applyAsInt(sorted.get(to)),
                            budget)) {
                cut.add(of(batch, sorted.subList(from, to)));
                from = to;
            }
        }
        return cut;
    }

    /// Deals micro-batches out to threads: the largest first, each to the thread with the least work. Time plays no
    /// part, so that each share, and with it the order of every sum, is the same on every run.
    static List<List<MicroBatch>> deal(List<MicroBatch> parts, int threads) {
        List<List<MicroBatch>> shares = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            shares.add(new ArrayList<>());
        }
        for (MicroBatch part : parts.reversed()) {
            Collections.min(shares, Comparator.comparingInt(MicroBatch::size)).add(part);
        }
        return shares;
    }

    private static int size(List<MicroBatch> share) {
        return share.stream()
                .mapToInt(part -> part.members().size() * part.width())
                .sum();
    }

    private static boolean fits(int rows, int shortest, int longest, int budget) {
        return (long) rows * longest <= budget && longest - shortest <= Math.max(FREE_PADDING, longest / 8);
    }

    private static MicroBatch of(List<Trajectory> batch, List<Integer> members) {
        int width = width(batch.get(members.getLast()));
        int targets = members.stream()
                .mapToInt(member -> batch.get(member).trainedTokens())
                .sum();
        return new MicroBatch(List.copyOf(members), width, targets);
    }

    private static int width(Trajectory trajectory) {
        for (int i = trajectory.length() - 1; i > 0; i--) {
            if (trajectory.trained()[i]) {
                return i;
            }
        }
        return 0;
    }

    /// The tokens (B, T), padded with token 0, which no real position attends to.
    long[] tokens(List<Trajectory> batch) {
        long[] tokens = new long[members.size() * width];
        for (int row = 0; row < members.size(); row++) {
            int[] source = batch.get(members.get(row)).tokens();
            for (int i = 0; i < Math.min(width, source.length); i++) {
                tokens[row * width + i] = source[i];
            }
        }
        return tokens;
    }

    /// Takes a trained token: its trajectory's place in the batch, its position there, the row in this
    /// micro-batch, and its number among the targets.
    interface Visitor {
        void visit(int member, int position, int row, int target);
    }

    /// Visits the M trained tokens, row by row.
    void forEachTarget(List<Trajectory> batch, Visitor visitor) {
        int target = 0;
        for (int row = 0; row < members.size(); row++) {
            int member = members.get(row);
            boolean[] trained = batch.get(member).trained();
            for (int position = 1; position < trained.length; position++) {
                if (trained[position]) {
                    visitor.visit(member, position, row, target++);
                }
            }
        }
    }
}
