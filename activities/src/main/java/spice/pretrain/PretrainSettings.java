package spice.pretrain;

import static spice.domain.Check.require;

/// How a nano base is made. Every draw follows from the seed.
///
/// @param seed of the first weights and of the text
/// @param steps optimizer steps
/// @param rows rows of text in a step, both roles together
/// @param learningRate its highest value, reached after `warmUpSteps`; from there it falls linearly to a twentieth
/// @param warmUpSteps steps over which the learning rate rises
/// @param growingSteps steps over which the longest ledger grows from two lines to the full eight: copying a line
///     is found sooner where there is less to copy from
/// @param threads that compute in parallel; bit-for-bit repetition depends on their number
public record PretrainSettings(
        long seed, int steps, int rows, double learningRate, int warmUpSteps, int growingSteps, int threads) {
    public PretrainSettings {
        require(steps > 0, "pretraining takes at least one step, got %d", steps);
        require(rows >= 2, "a step has at least one row of each role, got %d rows", rows);
        require(learningRate > 0, "the learning rate must be positive, got %s", learningRate);
        require(warmUpSteps > 0, "the learning rate rises over at least one step, got %d", warmUpSteps);
        require(growingSteps >= 0, "ledgers cannot grow over %d steps", growingSteps);
        require(threads > 0, "computing takes at least one thread, got %d", threads);
    }

    /// What the committed base was made with.
    public static PretrainSettings nano(long seed, int threads) {
        return new PretrainSettings(seed, 1500, 64, 4e-3, 100, 300, threads);
    }

    /// The learning rate of a step, counted from 0.
    double learningRate(int step) {
        double rise = Math.min(1, (step + 1.0) / warmUpSteps);
        double fall = 0.05 + 0.95 * (1 - (double) step / steps);
        return learningRate * rise * fall;
    }
}
