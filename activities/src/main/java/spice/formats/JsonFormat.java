package spice.formats;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import spice.chat.ChatTemplate;
import spice.domain.AnswerKind;
import spice.domain.Passage;
import spice.domain.Repair;
import spice.domain.Task;

/// The paper's format for models that can write JSON (SPICE §2.2, appendix E): the Challenger first picks the
/// form of question that a document serves best, then writes it; the Reasoner boxes its answer.
///
/// Where the run draws the kind, the first stage is left out and the second asks for that kind. Our addition to
/// the paper's keys is `derivation`, which [Grounding] checks.
public final class JsonFormat implements RoleFormat {
    private static final PromptTemplate CHOOSE_KIND = PromptTemplate.of("choose-kind");
    private static final PromptTemplate POSE_CHOICE = PromptTemplate.of("pose-choice");
    private static final PromptTemplate POSE_FREE_FORM = PromptTemplate.of("pose-free-form");
    private static final PromptTemplate SOURCE_DOCUMENT = PromptTemplate.of("source-document");
    private static final PromptTemplate SOURCE_ABOVE = PromptTemplate.of("source-above");
    private static final PromptTemplate SOURCE_NONE = PromptTemplate.of("source-none");
    private static final PromptTemplate ANSWER = PromptTemplate.of("answer");
    private static final PromptTemplate ANSWER_CHOICE = PromptTemplate.of("answer-choice");

    /// Reads the Reasoner's replies in this format, whatever the chat template.
    public static final AnswerFormat ANSWERS = BoxedAnswer::last;

    private final ChatTemplate chat;

    public JsonFormat(ChatTemplate chat) {
        this.chat = chat;
    }

    /// At most two turns: format selection, unless a kind was drawn, and question writing.
    @Override
    public ChallengerTurn challenge(Optional<Passage> passage, Optional<AnswerKind> drawn, List<String> replies) {
        List<Repair> repairs = new ArrayList<>();
        try {
            return drawn.isPresent()
                    ? pose(passage, drawn.get(), replies, repairs)
                    : chooseAndPose(passage, replies, repairs);
        } catch (RefusedReply e) {
            return e.refused().after(repairs);
        }
    }

    private ChallengerTurn pose(
            Optional<Passage> passage, AnswerKind kind, List<String> replies, List<Repair> repairs) {
        return replies.isEmpty()
                ? new ChallengerTurn.Ask(chat.opening(posing(kind, source(passage))))
                : posed(kind, replies.getFirst(), repairs);
    }

    private ChallengerTurn.Posed posed(AnswerKind kind, String reply, List<Repair> repairs) {
        return new ChallengerTurn.Posed(PosingReply.parse(kind, chat.said(reply), repairs), repairs);
    }

    private ChallengerTurn chooseAndPose(Optional<Passage> passage, List<String> replies, List<Repair> repairs) {
        if (replies.isEmpty()) {
            return new ChallengerTurn.Ask(chat.opening(CHOOSE_KIND.filled(Map.of("source", source(passage)))));
        }
        AnswerKind chosen = KindReply.parse(chat.said(replies.getFirst()), repairs);
        return replies.size() == 1
                ? new ChallengerTurn.Ask(chat.followUp(replies.getFirst(), posing(chosen, SOURCE_ABOVE.text())))
                : posed(chosen, replies.get(1), repairs);
    }

    private static String posing(AnswerKind kind, String source) {
        return switch (kind) {
            case CHOICE -> POSE_CHOICE.filled(Map.of("source", source));
            case INTEGER, EXPRESSION, STRING ->
                POSE_FREE_FORM.filled(Map.of("source", source, "type", KindReply.typeName(kind)));
        };
    }

    private String source(Optional<Passage> passage) {
        return passage.map(read -> SOURCE_DOCUMENT.filled(Map.of("document", chat.defused(read.text()))))
                .orElse(SOURCE_NONE.text());
    }

    @Override
    public String reasonerPrompt(Task task) {
        String question = chat.defused(task.question());
        if (task.options().isEmpty()) {
            return chat.opening(ANSWER.filled(Map.of("question", question)));
        }
        String options = IntStream.range(0, task.options().size())
                .mapToObj(option ->
                        "%c) %s".formatted('A' + option, task.options().get(option)))
                .collect(joining("\n"));
        return chat.opening(ANSWER_CHOICE.filled(Map.of("question", question, "options", chat.defused(options))));
    }

    /// The content of the reply's last box.
    @Override
    public Optional<String> finalAnswer(String reply) {
        return ANSWERS.finalAnswer(reply);
    }
}
