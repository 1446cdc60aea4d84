package spice.judging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static spice.judging.Samples.attempted;
import static spice.judging.Samples.passage;
import static spice.judging.Samples.posed;
import static spice.judging.Samples.refused;
import static spice.judging.Samples.settings;
import static spice.judging.Samples.task;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import spice.domain.AnswerKind;
import spice.domain.Passage;
import spice.domain.Refusal;
import spice.domain.Repair;
import spice.domain.Seed;
import spice.domain.Verdict;
import spice.formats.NanoFormat;
import spice.roles.AttemptedTask;
import spice.roles.PosedDocument;
import spice.runs.IterationMetrics;

class JudgeTest {
    private static final String RIGHT = "7 5 2 c = 12";
    private static final String WRONG = "7 5 2 _ = 2";
    private static final PosedDocument ONE_TASK = new PosedDocument(
            0,
            8,
            4,
            Map.of(Refusal.UNREADABLE, 4),
            Map.of(Repair.FENCE, 3),
            List.of(posed(0, task("clove 7 plus 5", "12")), refused(1)));

    private static final List<Passage> PASSAGES = IntStream.range(0, 100)
            .mapToObj(i -> passage("ledger-%d.txt".formatted(i), "clove 7 plus 5 is 12, page %d".formatted(i)))
            .toList();

    private static Judge.Judgement score(String settings, List<PosedDocument> documents, AttemptedTask... attempted) {
        return new Judge(new NanoFormat(), settings(settings), PASSAGES, new Seed(5))
                .score(documents, List.of(attempted), 900, 3);
    }

    @Test
    void aTaskThatHalfOfTheAttemptsSolveEarnsMost() {
        var judged = score("{}", List.of(ONE_TASK), attempted(0, 0, RIGHT, WRONG, RIGHT, WRONG));
        // Rewards 1 and -0.1, mean 0.45.
        assertThat(judged.tasks()).extracting(ScoredTask::reward).containsExactly(1.0, -0.1);
        assertThat(judged.tasks().get(0).advantage()).isCloseTo(0.55, within(1e-12));
        assertThat(judged.tasks().get(1).advantage()).isCloseTo(-0.55, within(1e-12));
        assertThat(judged.tasks().get(0).attempts())
                .extracting(ScoredTask.ScoredAttempt::advantage)
                .containsExactly(0.5, -0.5, 0.5, -0.5);
        assertThat(judged.episodes())
                .extracting(Episode::role)
                .containsExactly(
                        Role.CHALLENGER, Role.CHALLENGER, Role.REASONER, Role.REASONER, Role.REASONER, Role.REASONER);
    }

    @Test
    void aGroupThatAgreesTeachesTheReasonerNothing() {
        var judged = score("{}", List.of(ONE_TASK), attempted(0, 0, RIGHT, RIGHT));
        assertThat(judged.episodes())
                .filteredOn(episode -> episode.role() == Role.REASONER)
                .hasSize(2)
                .allSatisfy(episode -> assertThat(episode.advantage()).isZero());
    }

    /// Only a gold that is no number leaves a number undecided; what cannot be read is wrong beside it, too.
    @Test
    void anUndecidedAttemptIsLeftOut() {
        PosedDocument strange =
                new PosedDocument(0, 1, 1, Map.of(), Map.of(), List.of(posed(0, task("clove 7 plus 5", "about ten"))));
        var judged = score("{}", List.of(strange), attempted(0, 0, RIGHT, "none", "none"));
        assertThat(judged.tasks().getFirst().attempts())
                .extracting(ScoredTask.ScoredAttempt::verdict)
                .containsExactly(Verdict.UNDECIDED, Verdict.UNREADABLE, Verdict.UNREADABLE);
        assertThat(judged.metrics().undecided()).isEqualTo(1);
        assertThat(judged.metrics().passRate()).contains(0.0);
        assertThat(judged.episodes())
                .filteredOn(episode -> episode.role() == Role.REASONER)
                .hasSize(2);
    }

    @Test
    void oneValidTaskOfADocumentTrainsTheReasoner() {
        PosedDocument two = new PosedDocument(
                3,
                2,
                2,
                Map.of(),
                Map.of(),
                List.of(posed(0, task("clove 7 plus 5", "12")), posed(1, task("mace 7 plus 5", "12"))));
        var judged = score("{}", List.of(two), attempted(3, 0, RIGHT, WRONG), attempted(3, 1, RIGHT, WRONG));
        assertThat(judged.tasks()).filteredOn(ScoredTask::trained).hasSize(1);
        assertThat(judged.episodes())
                .filteredOn(episode -> episode.role() == Role.REASONER)
                .hasSize(2);
    }

    @Test
    void aFixedChallengerIsNotTrained() {
        var judged = score("{\"challenger\": \"fixed\"}", List.of(ONE_TASK), attempted(0, 0, RIGHT, WRONG));
        assertThat(judged.episodes()).extracting(Episode::role).containsOnly(Role.REASONER);
        assertThat(judged.metrics().challengerReward().orElseThrow()).isCloseTo(0.45, within(1e-12));
    }

    @Test
    void shuffledRewardsKeepTheirSumAndLoseTheirOwner() {
        List<PosedDocument> documents = IntStream.range(0, 20)
                .mapToObj(document -> new PosedDocument(
                        document,
                        2,
                        1,
                        Map.of(),
                        Map.of(),
                        List.of(posed(0, task("clove 7 plus 5", "12")), refused(1))))
                .toList();
        AttemptedTask[] attempts = IntStream.range(0, 20)
                .mapToObj(document -> attempted(document, 0, RIGHT, WRONG))
                .toArray(AttemptedTask[]::new);
        var straight = score("{}", documents, attempts);
        var shuffled = score("{\"control\": \"shuffled-rewards\"}", documents, attempts);
        assertThat(straight.tasks())
                .filteredOn(task -> task.refusal().isPresent())
                .allSatisfy(task -> assertThat(task.advantage()).isNegative());
        assertThat(shuffled.tasks())
                .filteredOn(task -> task.refusal().isPresent())
                .anySatisfy(task -> assertThat(task.advantage()).isPositive());
        // Only what is learned from is shuffled; the metrics stay true.
        assertThat(shuffled.metrics()).isEqualTo(straight.metrics());
    }

    @Test
    void metricsCountWhatWasPosedAndTried() {
        IterationMetrics metrics = score("{}", List.of(ONE_TASK), attempted(0, 0, RIGHT, WRONG, WRONG, WRONG))
                .metrics();
        assertThat(metrics.posed()).isEqualTo(8);
        assertThat(metrics.validShare()).isEqualTo(0.5);
        assertThat(metrics.refusals()).containsExactly(Map.entry(Refusal.UNREADABLE, 4));
        assertThat(metrics.repairs()).containsExactly(Map.entry(Repair.FENCE, 3));
        assertThat(metrics.attempted()).isEqualTo(1);
        assertThat(metrics.passRate()).contains(0.25);
        assertThat(metrics.kinds().get(AnswerKind.INTEGER).tasks()).isEqualTo(1);
        assertThat(metrics.difficulties()).containsExactly(Map.entry("easy", 1));
        assertThat(metrics.suspectGolds()).isEqualTo(1);
        assertThat(metrics.reasonerLength()).contains(2.0);
    }

    @Test
    void aRateOfNothingIsEmpty() {
        PosedDocument nothing =
                new PosedDocument(0, 2, 0, Map.of(Refusal.UNREADABLE, 2), Map.of(), List.of(refused(0), refused(1)));
        IterationMetrics metrics = score("{}", List.of(nothing)).metrics();
        assertThat(metrics.validShare()).isZero();
        assertThat(metrics.passRate()).isEmpty();
        assertThat(metrics.reasonerLength()).isEmpty();
        assertThat(metrics.diversity().orElseThrow().selfBleu()).isEmpty();
        // Both replies are refused and have their reward.
        assertThat(metrics.challengerReward().orElseThrow()).isCloseTo(-0.1, within(1e-12));

        PosedDocument undecided =
                new PosedDocument(0, 1, 1, Map.of(), Map.of(), List.of(posed(0, task("clove 7 plus 5", "about ten"))));
        IterationMetrics judged =
                score("{}", List.of(undecided), attempted(0, 0, RIGHT)).metrics();
        assertThat(judged.validShare()).isEqualTo(1);
        assertThat(judged.passRate()).isEmpty();
        assertThat(judged.challengerReward()).isEmpty();
        assertThat(judged.reasonerLength()).isPresent();
    }

    /// Three valid tasks on two passages: two questions are the same, the third shares nothing with them. Their
    /// BLEU is 1, 1 and 0.
    @Test
    void diversityCountsQuestionsAndPassages() {
        var judged = score(
                "{}",
                List.of(
                        new PosedDocument(
                                0,
                                2,
                                2,
                                Map.of(),
                                Map.of(),
                                List.of(
                                        posed(0, task("clove 7 plus 5", "12")),
                                        posed(1, task("clove 7 plus 5", "12")))),
                        new PosedDocument(1, 1, 1, Map.of(), Map.of(), List.of(posed(0, task("who sold it", "Ada"))))));
        assertThat(judged.metrics().diversity())
                .contains(new IterationMetrics.Diversity(3, 2, 2, Optional.of(2.0 / 3)));
    }
}
