package spice.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import spice.domain.AnswerKind;
import spice.domain.Task;
import spice.domain.Verdict;
import spice.judging.ScoredTask;
import spice.judging.ScoredTask.ScoredAttempt;

class ShownTaskTest {
    private static ShownTask shown(List<ScoredAttempt> attempts) {
        Task task = new Task(AnswerKind.INTEGER, "clove 58 plus 67", List.of(), "125", List.of(), "", "easy");
        ScoredTask scored =
                new ScoredTask(0, Optional.of(task), Optional.empty(), "", List.of(), 1, 0.5, true, false, attempts);
        return ShownTask.of(scored, Optional.empty(), 40_000);
    }

    /// A group may have any size: the page shows some attempts and counts all.
    @Test
    void ofALargeGroupTheFirstAreShownAndAllAreCounted() {
        ShownTask task = shown(IntStream.range(0, 64)
                .mapToObj(k -> new ScoredAttempt(
                        Integer.toString(k), k < 40 ? Verdict.WRONG : Verdict.CORRECT, k < 40 ? -0.375 : 0.625))
                .toList());

        assertThat(task.attempts()).hasSize(16).allMatch(attempt -> attempt.verdict() == Verdict.WRONG);
        assertThat(task.answers()).isEqualTo(Map.of(Verdict.WRONG, 40L, Verdict.CORRECT, 24L));
        assertThat(task.isCut()).isTrue();
    }

    @Test
    void anAttemptEarnsWhatItsVerdictSays() {
        ShownTask task = shown(List.of(
                new ScoredAttempt("125", Verdict.CORRECT, 0.5),
                new ScoredAttempt("124", Verdict.WRONG, -0.5),
                new ScoredAttempt("", Verdict.UNREADABLE, -0.5),
                new ScoredAttempt("2^99999", Verdict.UNDECIDED, 0)));

        assertThat(task.attempts())
                .extracting(ShownTask.ShownAttempt::reward)
                .containsExactly(Optional.of(1.0), Optional.of(0.0), Optional.of(0.0), Optional.empty());
        assertThat(task.isCut()).isFalse();
    }
}
