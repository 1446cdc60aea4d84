package spice.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import spice.chat.ChatTemplate;
import spice.chat.Chats;
import spice.domain.AnswerKind;
import spice.domain.Task;

/// The Reasoner has no document (SPICE §2.3): its prompt must not know what the Challenger knew.
class ReasonerPromptTest {

    static Stream<RoleFormat> formats() {
        return Stream.of(new NanoFormat(), new JsonFormat(Chats.chatml()), new JsonFormat(ChatTemplate.transcript()));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void onlyTheQuestionReachesTheReasoner(RoleFormat format) {
        String question = "saffron 347 plus 285";
        Task task = new Task(
                AnswerKind.INTEGER,
                question,
                List.of(),
                "632",
                List.of("saffron 347 plus 285 is 632"),
                "347 + 285",
                "hard");
        Task sameQuestion = new Task(AnswerKind.STRING, question, List.of(), "none", List.of(), "", "easy");
        String prompt = format.reasonerPrompt(task);
        assertThat(prompt).isEqualTo(format.reasonerPrompt(sameQuestion)).contains(question);
        assertThat(prompt).doesNotContain("632").doesNotContain("hard");
    }

    @ParameterizedTest
    @MethodSource("formats")
    void anotherQuestionIsAnotherPrompt(RoleFormat format) {
        Task task = new Task(AnswerKind.INTEGER, "clove 5 minus 2", List.of(), "3", List.of(), "", "");
        Task other = new Task(AnswerKind.INTEGER, "clove 5 minus 3", List.of(), "3", List.of(), "", "");
        assertThat(format.reasonerPrompt(task)).isNotEqualTo(format.reasonerPrompt(other));
    }

    @ParameterizedTest
    @MethodSource("formats")
    void ofAChoiceTheOptionsAreSeenAndNotWhichIsRight(RoleFormat format) {
        List<String> options = List.of("cumin", "mace", "sumac", "anise");
        Task task = new Task(AnswerKind.CHOICE, "Which?", options, "B", List.of("mace it was"), "", "easy");
        Task sameOptions = new Task(AnswerKind.CHOICE, "Which?", options, "D", List.of(), "1+1", "");
        assertThat(format.reasonerPrompt(task)).isEqualTo(format.reasonerPrompt(sameOptions));
    }
}
