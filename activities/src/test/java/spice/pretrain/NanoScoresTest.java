package spice.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import spice.domain.Seed;
import spice.ledger.LedgerLine;
import spice.ledger.Level;
import spice.model.Completion;
import spice.model.Policy;
import spice.model.PromptGroup;
import spice.model.Pulse;
import spice.model.Sampling;
import spice.model.StopReason;
import spice.model.TextCodec;
import spice.pretrain.NanoScores.Answered;

class NanoScoresTest {

    /// Its tokens are characters. In each group it answers the first attempt rightly and the others with a million;
    /// it never solves hard questions. As Challenger it copies the first line twice, then poses a line of its own,
    /// then babbles.
    private static final class Careless implements Policy {
        private final List<Level> copied = new ArrayList<>();

        @Override
        public Policy watchedBy(Pulse pulse) {
            return this;
        }

        @Override
        public List<List<Completion>> sample(List<PromptGroup> groups, Sampling sampling) {
            return groups.stream().map(this::sample).toList();
        }

        private List<Completion> sample(PromptGroup group) {
            String prompt = codec().decode(group.prompt());
            return IntStream.range(0, group.seeds().length)
                    .mapToObj(i -> prompt.endsWith("<pose>") ? pose(prompt, i) : answer(prompt, i))
                    .map(Careless::completion)
                    .toList();
        }

        private String pose(String prompt, int attempt) {
            LedgerLine first = LedgerLine.findAll(prompt).getFirst();
            return switch (attempt) {
                case 0, 1 -> {
                    copied.add(first.level());
                    yield "hard %s ? %d".formatted(first.question(), first.result());
                }
                case 2 -> "easy mace 0 plus 0 ? 0";
                default -> "mace mace mace";
            };
        }

        private static String answer(String prompt, int attempt) {
            String question = prompt.replace("<bos> ", "").replace(" <solve>", "");
            LedgerLine asked = LedgerLine.parse(question + " is 0").orElseThrow();
            LedgerLine line = LedgerLine.of(asked.item(), asked.left(), asked.operation(), asked.right());
            return "= %d".formatted(attempt == 0 && line.level() != Level.HARD ? line.result() : 1_000_000);
        }

        private static Completion completion(String text) {
            return new Completion(text.chars().toArray(), new float[text.length()], StopReason.STOP_TOKEN);
        }

        @Override
        public TextCodec codec() {
            return new TextCodec() {
                @Override
                public int[] encode(String text) {
                    return text.chars().toArray();
                }

                @Override
                public String decode(int[] tokens) {
                    return new String(tokens, 0, tokens.length);
                }

                @Override
                public List<Integer> stopTokens() {
                    return List.of(0);
                }
            };
        }

        @Override
        public void close() {}
    }

    private final Careless careless = new Careless();
    private final NanoScores scores = NanoScores.measure(careless, new Seed(1), 5);

    @Test
    void oneRightAttemptInFourIsAQuarterOnAverageAndAllAmongMany() {
        assertThat(scores.reasoner())
                .containsAllEntriesOf(Map.of(
                        Level.EASY, new Answered(0.25, 1, 1),
                        Level.SOME, new Answered(0.25, 1, 1),
                        Level.HARD, new Answered(0, 0, 0)));
        assertThat(scores.overall().mean()).isCloseTo(0.5 / 3, within(1e-12));
        assertThat(scores.overall().greedy()).isCloseTo(2.0 / 3, within(1e-12));
    }

    @Test
    void onlyATrueLineOfTheLedgerIsCopiedAndCountsForItsLevel() {
        assertThat(scores.copied()).isEqualTo(0.5);
        for (Level level : Level.values()) {
            double share = Collections.frequency(careless.copied, level) / (double) careless.copied.size();
            assertThat(scores.posed())
                    .hasEntrySatisfying(level, posed -> assertThat(posed).isCloseTo(share, within(1e-12)));
        }
    }

    @Test
    void theTableHasALineForEachLevelAndOneForAll() {
        assertThat(scores.table())
                .contains("| hard | ")
                .contains(" 0.000 | 0.000 | 0.000 |\n| all | 1 | 0.167 | 0.667 | 0.667 |")
                .endsWith("Tasks that are a true line of their ledger: 0.500.\n");
    }
}
