package spice.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import java.util.Optional;
import spice.domain.AnswerKind;
import spice.domain.Refusal;
import spice.domain.Repair;

/// What an iteration did, in numbers. A rate of nothing is empty: null in JSON.
///
/// @param posed tasks posed, before the subsample; at least one
/// @param validShare of the posed
/// @param refusals posed tasks that are not valid, by reason
/// @param repairs of replies that were read, by kind; not written where there were none
/// @param attempted tasks that the Reasoner tried
/// @param passRate mean share of decided attempts that are right, over attempted tasks; empty without any
/// @param challengerReward mean over the tasks kept, invalid ones included; empty if no verdict was decided
/// @param kinds tasks, pass rate and reward by kind of answer
/// @param difficulties attempted tasks by the difficulty that the Challenger stated
/// @param suspectGolds tasks where at least three quarters of the attempts agree on another answer
/// @param undecided attempts that the verifier gave up on
/// @param challengerLength mean tokens of a posed task's replies
/// @param reasonerLength mean tokens of an attempt; empty without any
/// @param diversity of the valid tasks; empty in what older versions have written
/// @param sampledTokens new tokens of both roles, those found in the store not counted
/// @param samplingSeconds that they took, summed over the lanes
public record IterationMetrics(
        int posed,
        double validShare,
        Map<Refusal, Integer> refusals,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<Repair, Integer> repairs,
        int attempted,
        Optional<Double> passRate,
        Optional<Double> challengerReward,
        Map<AnswerKind, KindMetrics> kinds,
        Map<String, Integer> difficulties,
        int suspectGolds,
        int undecided,
        double challengerLength,
        Optional<Double> reasonerLength,
        Optional<Diversity> diversity,
        long sampledTokens,
        double samplingSeconds) {
    public IterationMetrics {
        repairs = repairs == null ? Map.of() : Map.copyOf(repairs);
        // Older versions wrote 0 for the rate of nothing.
        passRate = attempted == 0 ? Optional.empty() : passRate;
        reasonerLength = attempted == 0 && undecided == 0 ? Optional.empty() : reasonerLength;
    }

    /// These metrics without those that depend on how the work went: equal runs have them equal.
    public IterationMetrics timeless() {
        return new IterationMetrics(
                posed,
                validShare,
                refusals,
                repairs,
                attempted,
                passRate,
                challengerReward,
                kinds,
                difficulties,
                suspectGolds,
                undecided,
                challengerLength,
                reasonerLength,
                diversity,
                0,
                0);
    }

    /// The metrics of one kind of answer.
    ///
    /// @param tasks attempted tasks of this kind
    public record KindMetrics(int tasks, double passRate, double challengerReward) {}

    /// How much an iteration's tasks differ from each other. A collapse of self-play shows here first.
    ///
    /// @param valid tasks in the groups that are scored
    /// @param questions different ones among them
    /// @param passages different texts that they were posed on
    /// @param selfBleu mean BLEU-4 of a question against all others, 0 to 1; 1 where all are the same; empty for
    ///     fewer than two
    public record Diversity(int valid, int questions, int passages, Optional<Double> selfBleu) {
        public Diversity {
            // Older versions wrote 0.
            selfBleu = valid < 2 ? Optional.empty() : selfBleu;
        }
    }
}
