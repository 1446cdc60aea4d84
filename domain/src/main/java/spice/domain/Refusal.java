package spice.domain;

import java.util.Map;
import java.util.stream.Collectors;

/// Why a posed task is not valid. The paper checks only the form (§2.2). The last four rules tie a task to its
/// passage; they are ours, and without them self-play collapses at this scale (docs/algorithm.md).
public enum Refusal {
    /// The reply does not parse as the format asks.
    UNREADABLE,
    /// The reply was cut off at the token limit.
    CUT_OFF,
    /// The Challenger declined: empty question or answer.
    DECLINED,
    /// The format selection names both forms, none, or an unknown answer type.
    KIND,
    /// The task is a choice, but its four options are not different, or its letter is not one of A to D.
    OPTIONS,
    /// The answer does not fit its kind: it is no integer, no expression, more than three words, or too long.
    ANSWER_TYPE,
    /// The question speaks of "the text" or "the passage", which the Reasoner never sees.
    MENTIONS_DOCUMENT,
    /// Rule `quoted`: a quote does not occur in the passage.
    QUOTE_NOT_IN_DOCUMENT,
    /// Rule `quoted`: no quote contains the answer.
    ANSWER_NOT_IN_QUOTE,
    /// Rule `derived`: an operand of the derivation is not in any quote.
    OPERAND_NOT_QUOTED,
    /// Rule `derived`: the derivation does not give the answer.
    DERIVATION;

    /// The reasons in words with their shares of all refusals, the most frequent first; a share below half a
    /// percent is `<1 %`.
    public static String shares(Map<Refusal, Integer> counts) {
        double all = counts.values().stream().mapToInt(Integer::intValue).sum();
        return counts.entrySet().stream()
                .sorted(Map.Entry.<Refusal, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(count -> "%s %s %%".formatted(count.getKey(), percent(count.getValue() / all)))
                .collect(Collectors.joining(", "));
    }

    private static String percent(double share) {
        long percent = Math.round(100 * share);
        return percent == 0 ? "<1" : Long.toString(percent);
    }
}
