package spice.domain;

import static spice.domain.Check.require;

/// The reward of each role.
public final class Rewards {

    /// The Challenger's reward for an attempt without a valid task (SPICE §3.1, `rho`).
    public static final double INVALID = -0.1;

    /// The variance of a fair coin: the difficulty that earns the Challenger most (SPICE Eq 1).
    private static final double MOST_VARIANCE = 0.25;

    /// The squared width of the Gaussian around it (SPICE App. D).
    private static final double WIDTH = 0.01;

    private Rewards() {}

    /// The Challenger's reward for a valid task: `exp(-(Var(l) - 0.25)^2 / (2 * 0.01))` (SPICE Eq 1), with the
    /// population variance `p (1 - p)` of the correctness of the attempts at it. From 0.0439 (all or none
    /// correct) to 1 (half).
    ///
    /// @param correct attempts with verdict [Verdict#CORRECT]
    /// @param decided attempts with any verdict but [Verdict#UNDECIDED]; at least one
    public static double challenger(int correct, int decided) {
        require(decided >= 1, "a task without a decided attempt has no pass rate");
        require(correct >= 0 && correct <= decided, "%d correct of %d attempts", correct, decided);
        double passRate = (double) correct / decided;
        double distance = passRate * (1 - passRate) - MOST_VARIANCE;
        return Math.exp(-distance * distance / (2 * WIDTH));
    }

    /// The Reasoner's reward: 1 if the answer is correct, else 0 (SPICE §2.3).
    ///
    /// @throws IllegalArgumentException for [Verdict#UNDECIDED], which has no reward because it is left out of the
    ///     group
    public static double reasoner(Verdict verdict) {
        return switch (verdict) {
            case CORRECT -> 1;
            case WRONG, UNREADABLE -> 0;
            case UNDECIDED -> throw new IllegalArgumentException("an undecided attempt has no reward: leave it out");
        };
    }
}
