package spice.model;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The arrangement of completions in the decoder: L lanes of K slots. A lane is a prompt that its slots share. A
/// prompt with more completions than a lane has slots gets several lanes.
///
/// @param lanes each with at most K rows
/// @param slots K
record Layout(List<Lane> lanes, int slots) {
    Layout {
        lanes = List.copyOf(lanes);
    }

    /// Completions of one prompt that began together.
    ///
    /// @param group the prompt's group, by its place in the shard
    /// @param from the lane's number in the layout before, or [#FRESH]
    /// @param birth the time at which it began
    /// @param rows numbers of the completions in the shard, ascending
    @SuppressWarnings("ArrayRecordComponent") // read slot by slot; never compared
    record Lane(int group, int from, int birth, int[] rows) {
        static final int FRESH = -1;

        boolean isFresh() {
            return from == FRESH;
        }

        private Stream<Lane> cut(int slots) {
            return IntStream.range(0, Math.ceilDiv(rows.length, slots))
                    .map(part -> part * slots)
                    .mapToObj(first -> new Lane(
                            group, from, birth, Arrays.copyOfRange(rows, first, Math.min(rows.length, first + slots))));
        }
    }

    /// The cost of a layout.
    ///
    /// @param lane cost of a lane without its slots
    /// @param slot cost of a slot
    record Cost(long lane, long slot) {
        private long of(List<Lane> whole, int slots) {
            long lanes = whole.stream()
                    .mapToInt(one -> Math.ceilDiv(one.rows().length, slots))
                    .sum();
            return lanes * (lane + slots * slot);
        }
    }

    /// Cuts lanes to the number of slots that costs least; the smallest such number.
    static Layout cheapest(List<Lane> whole, Cost cost) {
        int most = whole.stream().mapToInt(lane -> lane.rows().length).max().orElse(1);
        int best = 1;
        for (int slots = 2; slots <= most; slots++) {
            if (cost.of(whole, slots) < cost.of(whole, best)) {
                best = slots;
            }
        }
        int slots = best;
        return new Layout(whole.stream().flatMap(lane -> lane.cut(slots)).toList(), slots);
    }

    long cost(Cost cost) {
        return cost.of(lanes, slots);
    }
}
