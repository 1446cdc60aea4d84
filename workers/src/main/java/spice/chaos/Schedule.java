package spice.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import spice.domain.Seed;

/// The disturbances of a run and their times, drawn from the run's seed alone so that a failure can be reproduced.
///
/// @param events in order of time
record Schedule(List<Event> events) {
    /// Least number of kills in a run, which has this many or one more: so fifty runs have more than 200, even if
    /// some come too late.
    private static final int KILLS = 5;

    private static final int OTHERS = 2;

    /// Latest moment, as a share of the run's time: at the very end there may be nothing left to disturb.
    private static final double LAST = 0.95;

    /// A disturbance at a moment.
    ///
    /// @param share of the undisturbed run's time, from 0 to 1
    /// @param seed for the disturbance's own choices, such as its length
    record Event(Disturbance kind, double share, Seed seed) {}

    Schedule {
        events = List.copyOf(events);
    }

    /// The empty schedule of the undisturbed run.
    static Schedule calm() {
        return new Schedule(List.of());
    }

    /// Draws the schedule of a run.
    ///
    /// @param kinds of disturbances that may happen
    static Schedule draw(Seed seed, Set<Disturbance> kinds) {
        RandomGenerator random = seed.child("schedule").random();
        List<Disturbance> drawn = new ArrayList<>();
        drawn.addAll(deal(kinds, true, KILLS + random.nextInt(2), random));
        drawn.addAll(deal(kinds, false, OTHERS, random));
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < drawn.size(); i++) {
            events.add(new Event(drawn.get(i), random.nextDouble() * LAST, seed.child("event", i)));
        }
        events.sort(Comparator.comparingDouble(Event::share));
        return new Schedule(events);
    }

    /// Deals kinds at random; each comes once before any comes again.
    private static List<Disturbance> deal(Set<Disturbance> kinds, boolean kills, int count, RandomGenerator random) {
        List<Disturbance> deck = new ArrayList<>(
                kinds.stream().filter(kind -> kind.isKill() == kills).sorted().toList());
        List<Disturbance> dealt = new ArrayList<>();
        while (!deck.isEmpty() && dealt.size() < count) {
            Collections.shuffle(deck, Random.from(random));
            dealt.addAll(deck.subList(0, Math.min(deck.size(), count - dealt.size())));
        }
        return dealt;
    }

    boolean has(Disturbance kind) {
        return events.stream().anyMatch(event -> event.kind() == kind);
    }
}
