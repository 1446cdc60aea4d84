package spice.roles;

import static org.assertj.core.api.Assertions.assertThat;
import static spice.judging.Samples.passage;
import static spice.judging.Samples.settings;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import spice.domain.Passage;
import spice.domain.Refusal;
import spice.domain.Seed;
import spice.formats.NanoFormat;
import spice.model.Sampling;
import spice.model.ScriptedPolicy;
import spice.settings.RunSettings;

/// Challenger and Reasoner with a scripted policy.
class RolesTest {
    private static final String LEDGER = "Dear Sir, clove 7 plus 5 is 12. My wife sends saffron 347 plus 285 is 632.";
    private static final String PROMPT = "<bos> clove 7 plus 5 is 12 | saffron 347 plus 285 is 632 | <pose>";
    private static final RunSettings SMALL =
            settings("{\"groupSize\": 2, \"challengerAttempts\": 4, \"challengerTokens\": 60, \"reasonerTokens\": 60}");

    private static List<PosedDocument> pose(RunSettings settings, ScriptedPolicy policy, Passage... passages) {
        return new Challenger(new Player(policy, new NanoFormat()), settings, new Seed(1)).pose(List.of(passages), 0);
    }

    @Test
    void aTaskIsValidIfItsQuoteStandsInTheDocument() {
        ScriptedPolicy policy = new ScriptedPolicy(
                Map.of(PROMPT, List.of("easy clove 7 plus 5 ? 12", "hard saffron 347 plus 285 ? 63")));
        PosedDocument posed = pose(SMALL, policy, passage("a", LEDGER)).getFirst();
        assertThat(posed.posed()).isEqualTo(2);
        assertThat(posed.valid()).isEqualTo(1);
        assertThat(posed.refusals()).containsExactly(Map.entry(Refusal.QUOTE_NOT_IN_DOCUMENT, 1));
        assertThat(posed.group().get(0).task().orElseThrow().answer()).isEqualTo("12");
        assertThat(posed.group().get(1).task()).isEmpty();
    }

    @Test
    void roundsGoOnUntilOneTaskIsValidAndStopAtTheLimit() {
        ScriptedPolicy policy = new ScriptedPolicy(Map.of(
                PROMPT, List.of("easy clove 7 plus 5 ? 12"), "<bos> mace 1 plus 1 is 2 | <pose>", List.of("mumble")));
        List<PosedDocument> posed = pose(SMALL, policy, passage("a", LEDGER), passage("b", "mace 1 plus 1 is 2"));
        assertThat(posed).extracting(PosedDocument::posed).containsExactly(2, 4);
        assertThat(posed.get(1).refusals()).containsExactly(Map.entry(Refusal.UNREADABLE, 4));
        assertThat(posed.get(1).group()).hasSize(2);
        assertThat(policy.prompts()).hasSize(3);
    }

    @Test
    void aReplyThatIsCutOffIsNoTask() {
        ScriptedPolicy policy = new ScriptedPolicy(Map.of(PROMPT, List.of("easy clove 7 plus 5 ? 12")));
        PosedDocument posed = pose(
                        settings("{\"groupSize\": 2, \"challengerAttempts\": 2, \"challengerTokens\": 5}"),
                        policy,
                        passage("a", LEDGER))
                .getFirst();
        assertThat(posed.refusals()).containsExactly(Map.entry(Refusal.CUT_OFF, 2));
    }

    @Test
    void withoutDocumentsNothingIsReadAndNothingIsGrounded() {
        ScriptedPolicy policy = new ScriptedPolicy(Map.of("<bos> <pose>", List.of("easy clove 7 plus 5 ? 99")));
        RunSettings none = settings("{\"documents\": \"none\", \"groupSize\": 2, \"challengerTokens\": 60}");
        PosedDocument posed = pose(none, policy, passage("a", LEDGER)).getFirst();
        assertThat(posed.valid()).isEqualTo(2);
        assertThat(posed.group().getFirst().task().orElseThrow().answer()).isEqualTo("99");
    }

    @Test
    void theDialogueKeepsWhatWasGivenApartFromWhatWasSaid() {
        ScriptedPolicy policy = new ScriptedPolicy(Map.of(PROMPT, List.of("easy clove 7 plus 5 ? 12")));
        PosedTask task =
                pose(SMALL, policy, passage("a", LEDGER)).getFirst().group().getFirst();
        assertThat(task.dialogue()).hasSize(2);
        assertThat(task.dialogue().get(0).sampled()).isFalse();
        assertThat(task.dialogue().get(0).tokens()).hasSize(PROMPT.length());
        assertThat(task.dialogue().get(1).logProbs()).hasSize("easy clove 7 plus 5 ? 12".length() + 1);
    }

    @Test
    void nothingOfTheDocumentReachesTheReasonerExceptThroughTheQuestion() {
        ScriptedPolicy challenger = new ScriptedPolicy(
                Map.of(PROMPT, List.of("easy clove 7 plus 5 ? 12", "hard saffron 347 plus 285 ? 632")));
        List<Reasoner.Question> questions = pose(SMALL, challenger, passage("a", LEDGER)).stream()
                .flatMap(document -> Reasoner.questions(document).stream())
                .toList();
        ScriptedPolicy reasoner = new ScriptedPolicy(Map.of(
                "<bos> clove 7 plus 5 <solve>", List.of("7 5 2 c = 12"),
                "<bos> saffron 347 plus 285 <solve>", List.of("= 632")));
        List<AttemptedTask> attempted = new Reasoner(
                        new Player(reasoner, new NanoFormat()), new Sampling(1, 60), 3, new Seed(1))
                .attempt(questions);
        // The script knows only these two prompts, and fails at any other.
        assertThat(reasoner.prompts())
                .containsExactly("<bos> clove 7 plus 5 <solve>", "<bos> saffron 347 plus 285 <solve>");
        assertThat(attempted).extracting(task -> task.attempts().size()).containsExactly(3, 3);
        assertThat(attempted.getFirst().attempts().getFirst().text()).isEqualTo("7 5 2 c = 12");
    }
}
