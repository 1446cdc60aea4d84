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

/// Schedules the completions of a shard: which are in flight, and which come next. If the keys and values of the
/// whole shard exceed the bound, completions that end make room for others (continuous batching; Yu et al. 2022,
/// "Orca", section 4). The schedule depends only on the shard, the bound and the drawn tokens, so the same shard
/// is drawn bit for bit anywhere.
///
/// Keys and values are counted as the caches hold them: prompts with their padding, and the longest completion
/// allowed for each slot, empty slots included.
final class Flight {
    /// Time of a decode step. A lane costs four slots besides its own: its prompt's keys and values are read once
    /// for all its slots.
    private static final Cost TIME = new Cost(4, 1);

    private final List<PromptGroup> groups;
    private final int newTokens;
    private final long mostTokens;
    private final int completions;
    private final int longest;

    private Layout layout = new Layout(List.of(), 1);
    private int promptTokens;
    /// How many completions were in flight when the last ones began.
    private int crowd;
    /// The first group with completions that have not begun.
    private int group;
    /// How many completions of that group have begun.
    private int begun;
    /// The number in the shard of the next completion to begin.
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
    /// @param kept the lanes that go on, each from one lane of the layout before
    /// @param promptTokens length to which the kept prompts' caches are cut
    /// @param fresh the lanes that begin, with as many slots, group by group
    /// @param unfinished the group of which more completions begin later
    record Change(Layout kept, int promptTokens, List<Lane> fresh, Optional<Integer> unfinished) {}

    int completions() {
        return completions;
    }

    Layout layout() {
        return layout;
    }

    /// What begins first: the whole shard if it fits.
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

    /// The next change; empty if nothing changes yet.
    ///
    /// Ended completions keep their slots until copying the caches pays: while others wait, until an eighth of
    /// those in flight at the last beginning have ended; if none wait, until a quarter of all slots can go.
    ///
    /// @param live how many completions go on
    /// @param time how many decode steps have been taken
    /// @param ended which slots (L, K) have ended
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

    /// The lanes with completions that go on, without the ended ones.
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

    /// The lanes that go on, and as many waiting completions as fit beside them. A single completion always fits.
    private Change refilled(List<Lane> going, int time) {
        List<Lane> lanes = new ArrayList<>(going);
        boolean fits = true;
        while (fits && group < groups.size()) {
            int fitting = fitting(lanes, time);
            if (fitting > 0) {
                lanes.add(begin(fitting, time));
            }
            // The rest of a group begins before the next group.
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
            // The prompt of an unfinished group is kept for its other completions.
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

    /// Memory of lanes, in tokens whose keys and values are held.
    private Cost memory(List<Lane> lanes) {
        return new Cost(longest(lanes), newTokens);
    }

    private int longest(List<Lane> lanes) {
        return lanes.stream()
                .mapToInt(lane -> groups.get(lane.group()).prompt().length)
                .max()
                .orElse(0);
    }

    /// The rows of all slots (L, K) of these lanes; an empty slot has the row after the last.
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

    /// The places that the kept slots (L', K') had in the layout before (L, K); an empty slot gets its lane's
    /// first place.
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
