package spice.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.domain.Seed;
import spice.formats.ChallengerTurn;
import spice.formats.NanoFormat;
import spice.ledger.LedgerLine;
import spice.ledger.LedgerSampler;
import spice.ledger.Level;
import spice.model.LanguageModel;
import spice.model.ModelConfig;
import spice.model.ModelFolder;
import spice.model.TextCodec;
import spice.model.TinyModel;
import spice.model.Trajectory;

/// The files are read by the tokenizer library that runs use.
class NanoVocabularyTest {
    private static final ModelConfig TINY = new ModelConfig(
            NanoVocabulary.WORDS.size(), 4, 4, 1, 1, 1, 4, 256, 10_000, 1e-6, true, NanoVocabulary.stopToken());

    private static LanguageModel model;

    @BeforeAll
    static void open(@TempDir Path folder) throws IOException {
        ModelFolder.create(folder, TINY, 1);
        NanoVocabulary.write(folder, 256);
        model = TinyModel.open(folder);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static TextCodec codec() {
        return model.codec();
    }

    @Test
    void wordsSpecialTokensAndDigitsAreTokens() {
        assertThat(codec().encode("<bos> saffron 347 plus 285 <solve>"))
                .containsExactly(1, 27, 20, 21, 24, 12, 19, 25, 22, 3);
        assertThat(codec().encode("hard mace 90 minus 0 ? 90 <eos>"))
                .containsExactly(16, 32, 26, 17, 13, 17, 7, 26, 17, 4);
    }

    @Test
    void decodingSpellsDigitsApartAndLeavesTheStopTokenOut() {
        assertThat(codec().decode(codec().encode("hard saffron 347 plus 285 ? 632 <eos>")))
                .isEqualTo("hard saffron 3 4 7 plus 2 8 5 ? 6 3 2");
    }

    @Test
    void otherWordsAreUnknown() {
        assertThat(codec().encode("cardamom")).containsExactly(5);
    }

    @Test
    void nothingInTheWarmStartTextIsUnknownOrTooLong() {
        WarmStartText text = new WarmStartText(new Seed(1), BaseHabit.NANO);
        for (WarmStartText.TextRow row : text.rows(0, 2000, NanoFormat.MAX_LINES)) {
            Trajectory trajectory = WarmStart.trajectory(row, codec());
            assertThat(trajectory.tokens()).doesNotContain(0, 5).hasSizeLessThanOrEqualTo(256);
        }
    }

    @Test
    void theLossIsOnTheReplyAlone() {
        Trajectory row = WarmStart.trajectory(
                new WarmStartText.TextRow("<bos> mace 7 plus 0 <solve>", "7 0 7 _ = 7 <eos>"), codec());
        assertThat(row.tokens()).containsExactly(1, 32, 24, 12, 17, 3, 24, 17, 24, 11, 9, 24, 4);
        assertThat(row.trained())
                .containsExactly(false, false, false, false, false, false, true, true, true, true, true, true, true);
    }

    @Test
    void aLineComesThroughPromptReplyAndParserAsItWas() {
        var random = new Seed(4).random();
        for (int i = 0; i < 300; i++) {
            LedgerLine line = LedgerSampler.draw(random, Level.values()[i % 3], false);
            String prompt = through(NanoFormat.challengerPrompt(List.of(line)));
            assertThat(prompt.replaceAll("(?<=\\d) (?=\\d)", "")).isEqualTo("<bos> " + line.text() + " | <pose>");
            String reply = through("some %s ? %d <eos>".formatted(line.question(), line.result()));
            assertThat(new NanoFormat().challenge(Optional.empty(), Optional.empty(), List.of(reply)))
                    .isInstanceOfSatisfying(
                            ChallengerTurn.Posed.class,
                            posed -> assertThat(LedgerLine.parse(
                                            posed.task().quotes().getFirst()))
                                    .contains(line));
        }
    }

    private static String through(String text) {
        return codec().decode(codec().encode(text));
    }
}
