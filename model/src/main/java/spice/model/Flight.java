package spice.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import spice.model.Layout.Cost;
import spice.model.Layout.Lane;

/// What of a shard is in flight, and what comes next. Where the keys and values of a shard are more than may be held
/// at a time, completions that end make room for others (continuous batching; Yu et al. 2022, "Orca", section 4).
/// All follows from the shard, the bound and what was drawn: the same shard is drawn bit for bit anywhere.
///
/// Keys and values are counted as the caches hold them: prompts with their padding, and in each slot, empty ones
/// included, as many tokens as a completion may have.
final class Flight {
    /// How long a lane takes besides its slots, in slots: its prompt's keys and values are read once for all.
    private static final Cost TIME = new Cost(4, 1);

    private final List<PromptGroup> groups;
    private final int newTokens;
    private final long mostTokens;
    private final int completions;
    private final int longest;

    private Layout layout = new Layout(List.of(), 1);
    private int promptTokens;
    /// How many completions went on when the last ones were begun.
    private int crowd;
    /// The first group of which not all completions are begun, and how many of it are.
    private int group;

    private int begun;
    private int row;

    Flight(List<PromptGroup> groups, Sampling sampling) {
        this.groups = groups;
        newTokens = sampling.maxNewTokens();
        mostTokens = sampling.mostTokens() == 0 ? Long.MAX_VALUE : sampling.mostTokens();
        completions = groups.stream().mapToInt(one -> one.seeds().length).sum();
        longest = groups.stream().mapToInt(one -> one.prompt().length).max().orElse(0);
    }

    /// A change of what is in flight.
    ///
    /// @param kept what goes on, each lane from one of before
    /// @param promptTokens that are kept of its prompts
    /// @param fresh what begins, in lanes of as many slots, group by group
    /// @param unfinished the group of which more begins later
    record Change(Layout kept, int promptTokens, List<Lane> fresh, Optional<Integer> unfinished) {}

    int completions() {
        return completions;
    }

    Layout layout() {
        return layout;
    }

    /// What begins first: all there is, if it fits.
    Change first() {
        List<Lane> all = new ArrayList<>();
        while (group < groups.size()) {
            all.add(begin(left(), 0));
        }
        Layout whole = Layout.cheapest(all, TIME);
        if (whole.cost(memory(all)) <= mostTokens) {
            return changed(whole, Optional.empty());
        }
        group = 0;
        row = 0;
        return refilled(List.of(), 0);
    }

    /// What changes now that so many completions go on; empty if nothing does.
    ///
    /// Ended completions keep their slots until it is worth while to copy the caches: until an eighth has ended of
    /// those that were in flight when the last ones were begun, or, if none wait, until a quarter of all can go.
    ///
    /// @param time how many tokens have been computed with
    /// @param ended which slots (L, K) have
    Optional<Change> next(int live, int time, Supplier<boolean[]> ended) {
        boolean wait = group < groups.size();
        if (wait ? 8L * live > 7L * crowd : live == 0 || isTooFull(live)) {
            return Optional.empty();
        }
        List<Lane> going = going(ended.get());
        if (wait && fitting(going, time) > 0) {
            return Optional.of(refilled(going, time));
        }
        int slots = going.stream().mapToInt(lane -> lane.rows().length).max().orElse(0);
        if (isTooFull(going.size() * slots)) {
            return Optional.empty();
        }
        layout = new Layout(going, slots);
        return Optional.of(new Change(layout, promptTokens, List.of(), Optional.empty()));
    }

    private boolean isTooFull(int slots) {
        return 4L * slots > 3L * layout.lanes().size() * layout.slots();
    }

    /// The lanes in which something goes on, with that alone.
    private List<Lane> going(boolean[] ended) {
        return IntStream.range(0, layout.lanes().size())
                .mapToObj(lane -> going(ended, lane))
                .filter(lane -> lane.rows().length > 0)
                .toList();
    }

    private Lane going(boolean[] ended, int number) {
        Lane lane = layout.lanes().get(number);
        int[] rows = IntStream.range(0, lane.rows().length)
                .filter(slot -> !ended[number * layout.slots() + slot])
                .map(slot -> lane.rows()[slot])
                .toArray();
        return new Lane(lane.group(), number, lane.birth(), rows);
    }

    /// What goes on, and as much of what waits as fits beside it; a single completion always does.
    private Change refilled(List<Lane> going, int time) {
        List<Lane> lanes = new ArrayList<>(going);
        boolean fits = true;
        while (fits && group < groups.size()) {
            int fitting = fitting(lanes, time);
            if (fitting > 0) {
                lanes.add(begin(fitting, time));
            }
            // The rest of a group goes before the next one.
            fits = fitting > 0 && begun == 0;
        }
        return changed(Layout.cheapest(lanes, memory(lanes)), begun > 0 ? Optional.of(group) : Optional.empty());
    }

    private Change changed(Layout all, Optional<Integer> unfinished) {
        layout = all;
        crowd = all.lanes().stream().mapToInt(lane -> lane.rows().length).sum();
        List<Lane> kept = all.lanes().stream().filter(lane -> !lane.isFresh()).toList();
        List<Lane> fresh = all.lanes().stream().filter(Lane::isFresh).toList();
        int keptTokens = Math.min(promptTokens, longest(kept));
        promptTokens = Math.max(keptTokens, longest(fresh));
        return new Change(new Layout(kept, all.slots()), keptTokens, fresh, unfinished);
    }

    /// How many of the next group's completions can begin beside these lanes.
    private int fitting(List<Lane> lanes, int time) {
        int left = left();
        for (int count = left; count > 0; count--) {
            List<Lane> more =
                    Stream.concat(lanes.stream(), Stream.of(lane(count, time))).toList();
            Cost memory = memory(more);
            // The prompt of an unfinished group stays for the rest of it.
            long held = count < left ? longest : 0;
            if (Layout.cheapest(more, memory).cost(memory) + held <= mostTokens) {
                return count;
            }
        }
        return lanes.isEmpty() ? 1 : 0;
    }

    private int left() {
        return groups.get(group).seeds().length - begun;
    }

    private Lane lane(int count, int time) {
        return new Lane(
                group, Lane.FRESH, time, IntStream.range(row, row + count).toArray());
    }

    private Lane begin(int count, int time) {
        Lane lane = lane(count, time);
        row += count;
        begun += count;
        if (left() == 0) {
            group++;
            begun = 0;
        }
        return lane;
    }

    /// Tokens whose keys and values are held.
    private Cost memory(List<Lane> lanes) {
        return new Cost(longest(lanes), newTokens);
    }

    private int longest(List<Lane> lanes) {
        return lanes.stream()
                .mapToInt(lane -> groups.get(lane.group()).prompt().length)
                .max()
                .orElse(0);
    }

    /// The rows of all slots (L, K) of such lanes; an empty slot has the row after the last.
    long[] rows(List<Lane> lanes, int slots) {
        long[] rows = new long[lanes.size() * slots];
        Arrays.fill(rows, completions);
        for (int lane = 0; lane < lanes.size(); lane++) {
            int[] own = lanes.get(lane).rows();
            for (int slot = 0; slot < own.length; slot++) {
                rows[lane * slots + slot] = own[slot];
            }
        }
        return rows;
    }

    /// Where the slots (L', K') of what is kept were before (L, K); an empty slot is given its lane's first.
    static long[] places(Layout before, Layout kept) {
        long[] places = new long[kept.lanes().size() * kept.slots()];
        for (int lane = 0; lane < kept.lanes().size(); lane++) {
            Lane now = kept.lanes().get(lane);
            long first = (long) now.from() * before.slots();
            Arrays.fill(places, lane * kept.slots(), (lane + 1) * kept.slots(), first);
            int[] old = before.lanes().get(now.from()).rows();
            for (int slot = 0; slot < now.rows().length; slot++) {
                places[lane * kept.slots() + slot] = first + Arrays.binarySearch(old, now.rows()[slot]);
            }
        }
        return places;
    }
}
