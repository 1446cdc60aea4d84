package spice.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import spice.model.Layout.Lane;

class FlightTest {
    private static final Sampling TEN_TOKENS = new Sampling(1, 10);

    private static PromptGroup group(int prompt, int seeds) {
        return new PromptGroup(
                new int[prompt], IntStream.range(0, seeds).asLongStream().toArray());
    }

    private static List<int[]> rows(List<Lane> lanes) {
        return lanes.stream().map(Lane::rows).toList();
    }

    @Test
    void withoutABoundAllBeginsAtOnce() {
        Flight flight = new Flight(List.of(group(5, 2), group(5, 2)), TEN_TOKENS);

        Flight.Change first = flight.first();

        assertThat(first.kept().lanes()).isEmpty();
        assertThat(rows(first.fresh())).containsExactly(new int[] {0, 1}, new int[] {2, 3});
        assertThat(first.unfinished()).isEmpty();
    }

    @Test
    void whatEndsMakesRoomForWhatWaits() {
        // A lane takes 5 + 2 * 10 = 25 tokens: two lanes fit into 59, three do not.
        Flight flight = new Flight(List.of(group(5, 2), group(5, 2), group(5, 2)), TEN_TOKENS.holding(59));

        assertThat(rows(flight.first().fresh())).containsExactly(new int[] {0, 1}, new int[] {2, 3});

        // The second completion of each lane has ended, so both are now lanes of one slot and 15 tokens. One of the
        // third
        // group's two completions fits beside them, with the prompt kept for the other: 3 * 15 + 5.
        boolean[] ended = {false, true, false, true};
        Flight.Change change = flight.next(2, 4, () -> ended).orElseThrow();

        assertThat(change.kept().slots()).isEqualTo(1);
        assertThat(change.kept().lanes()).extracting(Lane::from).containsExactly(0, 1);
        assertThat(rows(change.kept().lanes())).containsExactly(new int[] {0}, new int[] {2});
        assertThat(rows(change.fresh())).containsExactly(new int[] {4});
        assertThat(change.fresh().getFirst().birth()).isEqualTo(4);
        assertThat(change.unfinished()).contains(2);
    }

    @Test
    void aGroupThatIsTooLargeBeginsInParts() {
        // Three completions take 5 + 3 * 10, and 5 for the prompt that is kept: 40. Four would take 5 + 4 * 10 + 5 =
        // 50.
        Flight flight = new Flight(List.of(group(5, 8)), TEN_TOKENS.holding(49));

        Flight.Change first = flight.first();

        assertThat(rows(first.fresh())).containsExactly(new int[] {0, 1, 2});
        assertThat(first.unfinished()).contains(0);
    }

    @Test
    void aCompletionThatIsLargerThanTheBoundFliesAlone() {
        Flight flight = new Flight(List.of(group(5, 2)), TEN_TOKENS.holding(3));

        assertThat(rows(flight.first().fresh())).containsExactly(new int[] {0});
        assertThat(rows(flight.next(0, 7, () -> new boolean[] {true})
                        .orElseThrow()
                        .fresh()))
                .containsExactly(new int[] {1});
    }

    @Test
    void whereNoneWaitLanesCloseUpWhenAQuarterOfTheSlotsCanGo() {
        Flight flight = new Flight(List.of(group(5, 4), group(3, 4)), TEN_TOKENS);
        flight.first();

        // The first lane still has four completions, so no slot can go.
        boolean[] ended = {false, false, false, false, true, true, true, false};
        assertThat(flight.next(5, 1, () -> ended)).isEmpty();

        ended[0] = true;
        Flight.Change change = flight.next(4, 2, () -> ended).orElseThrow();
        assertThat(rows(change.kept().lanes())).containsExactly(new int[] {1, 2, 3}, new int[] {7});
        assertThat(change.kept().slots()).isEqualTo(3);
        Layout before = new Layout(
                List.of(
                        new Lane(0, Lane.FRESH, 0, new int[] {0, 1, 2, 3}),
                        new Lane(1, Lane.FRESH, 0, new int[] {4, 5, 6, 7})),
                4);
        assertThat(Flight.places(before, change.kept())).containsExactly(1, 2, 3, 7, 4, 4);
        assertThat(flight.rows(change.kept().lanes(), 3)).containsExactly(1, 2, 3, 7, 8, 8);
    }

    /// Completions end at random. Each begins once, none is lost, and the caches never exceed the bound.
    @ParameterizedTest
    @ValueSource(ints = {40, 90, 200, 1000, 100_000})
    void everyCompletionFliesOnceWithinTheBound(int mostTokens) {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            List<PromptGroup> groups = IntStream.range(0, 1 + random.nextInt(12))
                    .mapToObj(_ -> group(1 + random.nextInt(20), 1 + random.nextInt(9)))
                    .toList();
            Flight flight = new Flight(groups, TEN_TOKENS.holding(mostTokens));
            BitSet flown = new BitSet();
            fly(groups, flight, flown, random, mostTokens);
            assertThat(flown.cardinality()).isEqualTo(flight.completions());
        }
    }

    private static void fly(List<PromptGroup> groups, Flight flight, BitSet flown, Random random, int mostTokens) {
        note(flight.first(), flown);
        BitSet ended = new BitSet();
        for (int time = 1; ended.cardinality() < flight.completions(); time++) {
            assertThat(time).isLessThan(10_000);
            assertThat(held(groups, flight.layout())).isLessThanOrEqualTo(mostTokens);
            int now = time;
            List<Integer> slots = slots(flight.layout());
            slots.stream().filter(row -> row >= 0 && random.nextInt(5) == 0).forEach(ended::set);
            int live = (int)
                    slots.stream().filter(row -> row >= 0 && !ended.get(row)).count();
            boolean[] over = new boolean[slots.size()];
            for (int slot = 0; slot < over.length; slot++) {
                over[slot] = slots.get(slot) < 0 || ended.get(slots.get(slot));
            }
            Optional<Flight.Change> change = flight.next(live, now, () -> over);
            change.ifPresent(found -> {
                assertThat(slots(found.kept()).stream().filter(row -> row >= 0))
                        .as("what goes on")
                        .containsExactlyInAnyOrderElementsOf(slots.stream()
                                .filter(row -> row >= 0 && !ended.get(row))
                                .toList());
                note(found, flown);
            });
        }
    }

    /// Tokens held by a layout; 0 for a single completion, which may exceed the bound.
    private static long held(List<PromptGroup> groups, Layout layout) {
        if (layout.lanes().size() * layout.slots() == 1) {
            return 0;
        }
        int longest = layout.lanes().stream()
                .mapToInt(lane -> groups.get(lane.group()).prompt().length)
                .max()
                .orElse(0);
        return (long) layout.lanes().size() * (longest + 10L * layout.slots());
    }

    private static void note(Flight.Change change, BitSet flown) {
        for (Lane lane : change.fresh()) {
            for (int row : lane.rows()) {
                assertThat(flown.get(row)).as("completion %d begins twice", row).isFalse();
                flown.set(row);
            }
        }
    }

    /// Each slot's row; -1 for an empty one.
    private static List<Integer> slots(Layout layout) {
        List<Integer> slots = new ArrayList<>();
        for (Lane lane : layout.lanes()) {
            Arrays.stream(lane.rows()).forEach(slots::add);
            IntStream.range(lane.rows().length, layout.slots()).forEach(_ -> slots.add(-1));
        }
        return slots;
    }
}
