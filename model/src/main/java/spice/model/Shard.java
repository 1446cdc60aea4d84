package spice.model;

import java.util.Arrays;
import java.util.List;

/// How the completions of a call are laid out for the decoder: L lanes of K slots. A lane is a prompt that its
/// slots share; a group with more seeds than a lane has slots gets several lanes. Completions are numbered group
/// by group, seed by seed; that number is their row in the result.
///
/// @param lanes each lane's prompt, (L)
/// @param rows each slot's row, (L, K) in one array; an empty slot has the row after the last
/// @param slots K
/// @param completions how many rows there are
@SuppressWarnings("ArrayRecordComponent") // handed to libtorch as it is; never compared
record Shard(long[] lanes, long[] rows, int slots, int completions) {
    /// What a lane costs besides its slots, in slots: its prompt's keys and values are read once for all of them.
    private static final int LANE_COST = 4;

    static Shard of(List<PromptGroup> groups) {
        int slots = slots(groups);
        int completions =
                groups.stream().mapToInt(group -> group.seeds().length).sum();
        int laneCount = lanes(groups, slots);
        long[] lanes = new long[laneCount];
        long[] rows = new long[laneCount * slots];
        Arrays.fill(rows, completions);
        int lane = 0;
        int row = 0;
        for (int group = 0; group < groups.size(); group++) {
            int seeds = groups.get(group).seeds().length;
            for (int from = 0; from < seeds; from += slots) {
                lanes[lane] = group;
                for (int slot = 0; slot < Math.min(slots, seeds - from); slot++) {
                    rows[lane * slots + slot] = row++;
                }
                lane++;
            }
        }
        return new Shard(lanes, rows, slots, completions);
    }

    /// The number of slots that makes the whole shard cheapest; the smallest of equals.
    private static int slots(List<PromptGroup> groups) {
        int most = groups.stream().mapToInt(group -> group.seeds().length).max().orElseThrow();
        int best = 1;
        for (int slots = 2; slots <= most; slots++) {
            if (cost(groups, slots) < cost(groups, best)) {
                best = slots;
            }
        }
        return best;
    }

    private static long cost(List<PromptGroup> groups, int slots) {
        return (long) lanes(groups, slots) * (slots + LANE_COST);
    }

    private static int lanes(List<PromptGroup> groups, int slots) {
        return groups.stream()
                .mapToInt(group -> Math.ceilDiv(group.seeds().length, slots))
                .sum();
    }
}
