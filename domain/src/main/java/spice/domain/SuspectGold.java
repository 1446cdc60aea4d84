package spice.domain;

import static spice.domain.Check.require;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Whether a task's gold answer is suspect: the Reasoner, who is seldom wrong the same way twice, agrees on
/// another.
public final class SuspectGold {
    private SuspectGold() {}

    /// True if at least three quarters of all attempts (6 of 8) give one and the same answer that is not the
    /// gold.
    ///
    /// @param verdicts one per attempt; only wrong ones have another answer
    /// @param answers beside them the answers in canonical text, anything where there is none
    public static boolean isSuspect(List<Verdict> verdicts, List<String> answers) {
        require(verdicts.size() == answers.size(), "%d verdicts beside %d answers", verdicts.size(), answers.size());
        Map<String, Long> others = IntStream.range(0, verdicts.size())
                .filter(attempt -> verdicts.get(attempt) == Verdict.WRONG)
                .mapToObj(answers::get)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        return others.values().stream().anyMatch(agreeing -> 4 * agreeing >= 3L * verdicts.size());
    }
}
