package spice.domain;

import static spice.domain.Check.require;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Tells whether a task's gold answer is suspect: the Reasoner, whose errors rarely coincide, agrees on another
/// answer.
public final class SuspectGold {
    private SuspectGold() {}

    /// True if at least three quarters of all attempts (6 of 8) give the same answer, and it is not the gold
    /// answer.
    ///
    /// @param verdicts one for each attempt; only [Verdict#WRONG] counts as another answer
    /// @param answers one for each attempt, as canonical text; ignored unless the verdict is [Verdict#WRONG]
    public static boolean isSuspect(List<Verdict> verdicts, List<String> answers) {
        require(verdicts.size() == answers.size(), "%d verdicts beside %d answers", verdicts.size(), answers.size());
        Map<String, Long> others = IntStream.range(0, verdicts.size())
                .filter(attempt -> verdicts.get(attempt) == Verdict.WRONG)
                .mapToObj(answers::get)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        return others.values().stream().anyMatch(agreeing -> 4 * agreeing >= 3L * verdicts.size());
    }
}
