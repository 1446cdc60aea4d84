package spice.pretrain;

import static spice.domain.Check.require;

import java.util.Map;
import java.util.random.RandomGenerator;
import spice.ledger.Level;

/// The habit of the nano base: our stand-in for the leanings of a large model that was never trained by reward. The
/// model can do the right thing, since its text has every right step, but mostly does not.
///
/// @param remembersCarry probability that a carry or borrow is remembered, for each independently
/// @param posed probability of each level in the Challenger's tasks; the sum is 1
record BaseHabit(double remembersCarry, Map<Level, Double> posed) {

    /// Right without carry, right 2 times in 5 with one, 1 in 6 with two; poses easy lines.
    static final BaseHabit NANO = new BaseHabit(0.4, Map.of(Level.EASY, 0.7, Level.SOME, 0.2, Level.HARD, 0.1));

    BaseHabit {
        posed = Map.copyOf(posed);
        double sum = posed.values().stream().mapToDouble(Double::doubleValue).sum();
        require(remembersCarry >= 0 && remembersCarry <= 1, "a probability lies in [0, 1], got %s", remembersCarry);
        require(Math.abs(sum - 1) < 1e-9, "the levels' probabilities sum to 1, got %s", sum);
    }

    boolean remembersCarry(RandomGenerator random) {
        return random.nextDouble() < remembersCarry;
    }

    Level level(RandomGenerator random) {
        double left = random.nextDouble();
        for (Level level : Level.values()) {
            left -= posed.getOrDefault(level, 0.0);
            if (left < 0) {
                return level;
            }
        }
        return Level.EASY;
    }
}
