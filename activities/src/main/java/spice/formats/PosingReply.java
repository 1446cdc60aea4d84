package spice.formats;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import spice.domain.AnswerKind;
import spice.domain.Refusal;
import spice.domain.Repair;
import spice.domain.Task;
import spice.domain.Verdict;
import spice.verify.AnswerVerifier;

/// The Challenger's second reply: the question itself (SPICE Fig. 10), with our key `derivation`.
final class PosingReply {
    static final Set<String> CHOICE_KEYS = Set.of(
            "identified_answer",
            "answer_quote",
            "derivation",
            "hardening_process",
            "exam_question",
            "correct_answer",
            "multiple_choice_question",
            "multiple_choice_correct",
            "self_test_solution",
            "knowledge_and_reasoning_steps",
            "question_difficulty");

    static final Set<String> FREE_FORM_KEYS = Set.of(
            "identified_information",
            "relevant_quotes",
            "derivation",
            "hardening_process",
            "question",
            "answer",
            "answer_type",
            "step_by_step_solution",
            "intermediate_results",
            "difficulty_level",
            "difficulty_justification",
            "solving_time_estimate",
            "required_concepts",
            "potential_errors");

    private static final Set<String> NEEDED_OF_CHOICE =
            Set.of("answer_quote", "multiple_choice_question", "multiple_choice_correct");
    private static final Set<String> NEEDED_OF_FREE_FORM = Set.of("relevant_quotes", "question", "answer");

    private static final int QUESTION_LENGTH = 4_000;
    private static final int OPTION_LENGTH = 500;
    private static final int QUOTES = 20;
    private static final int QUOTE_LENGTH = 2_000;
    private static final int DIFFICULTY_LENGTH = 40;

    private static final Pattern OPTION = Pattern.compile("\\s*[(\\[]?([A-D])[)\\].:]\\s*(\\S.*)");

    /// Finds a mention of the document, which the Reasoner does not see. The noun alone may be honest ("a text of
    /// Plato"), hence the pointing word before it.
    private static final Pattern MENTION = Pattern.compile(
            "\\b(?:the|this|that|given|provided|above)\\s+(?:\\w+\\s+)?(?:text|document|passage|excerpt)s?\\b",
            Pattern.CASE_INSENSITIVE);

    private PosingReply() {}

    /// @param repairs receives the repairs that the reply needed
    /// @throws RefusedReply if the reply is no task of this kind; it names the first broken rule
    static Task parse(AnswerKind kind, String text, Collection<Repair> repairs) {
        JsonReply reply = kind == AnswerKind.CHOICE
                ? JsonReply.parse(text, CHOICE_KEYS, NEEDED_OF_CHOICE)
                : JsonReply.parse(text, FREE_FORM_KEYS, NEEDED_OF_FREE_FORM);
        try {
            return kind == AnswerKind.CHOICE ? choice(reply) : freeForm(kind, reply);
        } finally {
            repairs.addAll(reply.repairs());
        }
    }

    private static Task choice(JsonReply reply) {
        String asked = reply.text("multiple_choice_question");
        if (asked.isEmpty() || isBlank(reply, "correct_answer") || isBlank(reply, "exam_question")) {
            throw new RefusedReply(Refusal.DECLINED, "the Challenger poses no question");
        }
        List<String> options = options(asked);
        String letter = AnswerVerifier.asGold(AnswerKind.CHOICE, reply.scalar("multiple_choice_correct"))
                .orElseThrow(() -> new RefusedReply(
                        Refusal.OPTIONS, "no letter of A to D: %s", reply.scalar("multiple_choice_correct")));
        Task task = new Task(
                AnswerKind.CHOICE,
                question(stem(asked), options),
                options,
                letter,
                quotes(reply.texts("answer_quote")),
                reply.scalar("derivation"),
                difficulty(reply.scalar("question_difficulty")));
        String correctAnswer = reply.scalar("correct_answer");
        if (!correctAnswer.isEmpty() && AnswerVerifier.verify(task, Optional.of(correctAnswer)) == Verdict.WRONG) {
            throw new RefusedReply(
                    Refusal.OPTIONS, "option %s is said to be right, but so is the answer %s", letter, correctAnswer);
        }
        return task;
    }

    /// Whether the key is there without a value: so a Challenger declines. A key that is missing was forgotten.
    private static boolean isBlank(JsonReply reply, String key) {
        return reply.has(key) && reply.scalar(key).isEmpty();
    }

    private static Task freeForm(AnswerKind kind, JsonReply reply) {
        String question = reply.text("question");
        String answer = reply.scalar("answer");
        if (question.isEmpty() || answer.isEmpty()) {
            throw new RefusedReply(Refusal.DECLINED, "the Challenger poses no question");
        }
        if (reply.has("answer_type") && KindReply.freeForm(reply.scalar("answer_type")) != kind) {
            throw new RefusedReply(
                    Refusal.KIND, "asked for %s, got %s", KindReply.typeName(kind), reply.scalar("answer_type"));
        }
        String gold = AnswerVerifier.asGold(kind, answer)
                .orElseThrow(() ->
                        new RefusedReply(Refusal.ANSWER_TYPE, "not of type %s: %s", KindReply.typeName(kind), answer));
        return new Task(
                kind,
                question(question, List.of()),
                List.of(),
                gold,
                quotes(reply.texts("relevant_quotes")),
                reply.scalar("derivation"),
                difficulty(reply.scalar("difficulty_level")));
    }

    /// The options: the last four lines, which must begin with A to D in order.
    private static List<String> options(String asked) {
        List<String> lines = lines(asked);
        List<String> options = new ArrayList<>();
        for (String line : lines.subList(Math.max(0, lines.size() - 4), lines.size())) {
            Matcher option = OPTION.matcher(line);
            if (!option.matches() || option.group(1).charAt(0) != 'A' + options.size()) {
                throw new RefusedReply(Refusal.OPTIONS, "the question does not end in four options: %s", asked);
            }
            options.add(option.group(2).strip());
        }
        if (options.stream().anyMatch(option -> option.length() > OPTION_LENGTH)) {
            throw new RefusedReply(Refusal.OPTIONS, "an option of more than %d characters", OPTION_LENGTH);
        }
        if (options.size() != 4 || !AnswerVerifier.areDifferent(options)) {
            throw new RefusedReply(Refusal.OPTIONS, "not four different options: %s", options);
        }
        return options;
    }

    /// The question's text before the options.
    private static String stem(String asked) {
        List<String> lines = lines(asked);
        String stem = String.join("\n", lines.subList(0, lines.size() - 4));
        if (stem.isEmpty()) {
            throw new RefusedReply(Refusal.UNREADABLE, "options without a question: %s", asked);
        }
        return stem;
    }

    private static List<String> lines(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }

    private static String question(String question, List<String> options) {
        if (question.length() > QUESTION_LENGTH) {
            throw new RefusedReply(Refusal.UNREADABLE, "a question of %d characters", question.length());
        }
        Matcher mention = MENTION.matcher(question + "\n" + String.join("\n", options));
        if (mention.find()) {
            throw new RefusedReply(Refusal.MENTIONS_DOCUMENT, "speaks of \"%s\": %s", mention.group(), question);
        }
        return question;
    }

    private static List<String> quotes(List<String> quotes) {
        if (quotes.size() > QUOTES || quotes.stream().anyMatch(quote -> quote.length() > QUOTE_LENGTH)) {
            throw new RefusedReply(
                    Refusal.UNREADABLE, "more than %d quotes, or one of more than %d characters", QUOTES, QUOTE_LENGTH);
        }
        return quotes;
    }

    private static String difficulty(String difficulty) {
        return difficulty.length() > DIFFICULTY_LENGTH ? difficulty.substring(0, DIFFICULTY_LENGTH) : difficulty;
    }
}
