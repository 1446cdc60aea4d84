package spice.runs;

import java.util.Optional;

/// What the run gained: the last checkpoint beside the first.
///
/// @param greedy gain in greedy held-out accuracy, if there are held-out questions
/// @param mean gain in held-out accuracy at temperature 1, likewise
/// @param coEvolution the paper's two directions (Figure 3), if measured
public record Comparison(Optional<Gain> greedy, Optional<Gain> mean, Optional<CoEvolution> coEvolution) {
    /// Nothing was compared.
    public static final Comparison NONE = new Comparison(Optional.empty(), Optional.empty(), Optional.empty());

    /// A difference of two means with its 95 % bootstrap interval.
    public record Gain(double before, double after, double low, double high) {
        public double difference() {
            return after - before;
        }
    }

    /// Pass rates on valid tasks, same documents.
    ///
    /// @param harder the first Reasoner on the first Challenger's tasks (before) and on the last one's (after): a
    ///     fall says that tasks became harder
    /// @param better on the first Challenger's tasks, the first Reasoner (before) and the last (after)
    /// @param lastOnLast the last Reasoner on the last Challenger's tasks
    public record CoEvolution(Gain harder, Gain better, double lastOnLast) {}
}
