package spice.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import spice.domain.Seed;

/// What happens to a run, and when: drawn from the run's seed alone, so that a failure can be had again.
///
/// @param events in order of time
record Schedule(List<Event> events) {
    /// Five or six: over fifty runs more than two hundred, also when some come too late.
    private static final int KILLS = 5;

    private static final int OTHERS = 2;

    /// At the very end there may be nothing left to disturb.
    private static final double LAST = 0.95;

    /// @param share of the undisturbed run's time, from 0 to 1
    /// @param seed of what else is drawn for it
    record Event(Disturbance kind, double share, Seed seed) {}

    Schedule {
        events = List.copyOf(events);
    }

    /// Nothing.
    static Schedule calm() {
        return new Schedule(List.of());
    }

    /// @param kinds that may happen
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

    /// Each kind once before one comes again.
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
