package spice.report;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import spice.domain.AnswerKind;
import spice.domain.Passage;
import spice.domain.Refusal;
import spice.domain.Rewards;
import spice.domain.Task;
import spice.domain.Verdict;
import spice.judging.ScoredTask;
import spice.judging.ScoredTask.ScoredAttempt;

/// A posed task for people to read, with its texts cut.
///
/// @param source the passage's file; empty if it is no longer known
/// @param passage what the Challenger read, with the quotes marked
/// @param kind absent if the task was refused
/// @param replies the Challenger's replies, if the task was refused
/// @param reward the Challenger's reward
/// @param advantage the Challenger's advantage
/// @param isTrained whether the Reasoner was trained on the attempts
/// @param isSuspect whether most attempts agree on another answer
/// @param isCut whether the store has longer texts, or more of them
/// @param answers number of attempts by verdict, including those that are not shown
record ShownTask(
        String source,
        Excerpt passage,
        Optional<AnswerKind> kind,
        String question,
        List<String> options,
        String gold,
        String derivation,
        String difficulty,
        Optional<Refusal> refusal,
        String detail,
        List<String> replies,
        double reward,
        double advantage,
        boolean isTrained,
        boolean isSuspect,
        boolean isCut,
        Map<Verdict, Long> answers,
        List<ShownAttempt> attempts) {
    static final int PASSAGE = 1_200;
    static final int REPLY = 600;
    static final int WORDS = 200;
    private static final int MOST_REPLIES = 4;
    private static final int MOST_ATTEMPTS = 16;
    /// Approximate bytes of JSON around the texts of a task.
    private static final int FRAME = 500;
    /// Approximate bytes of JSON around the text of an attempt.
    private static final int FRAME_OF_ATTEMPT = 100;
    /// Texts are cut down to their usual length divided by this.
    private static final int SHORTEST = 32;

    ShownTask {
        options = List.copyOf(options);
        replies = List.copyOf(replies);
        answers = Map.copyOf(answers);
        attempts = List.copyOf(attempts);
    }

    /// One of the Reasoner's attempts.
    ///
    /// @param reward the reward of the verdict; absent for an undecided one, which the group leaves out
    record ShownAttempt(String text, Verdict verdict, Optional<Double> reward, double advantage) {
        static ShownAttempt of(ScoredAttempt attempt, int length) {
            return new ShownAttempt(
                    Excerpt.beginning(attempt.text(), length),
                    attempt.verdict(),
                    attempt.verdict() == Verdict.UNDECIDED
                            ? Optional.empty()
                            : Optional.of(Rewards.reasoner(attempt.verdict())),
                    attempt.advantage());
        }
    }

    /// The task with its texts cut until it fits.
    ///
    /// @param room available bytes of JSON
    static ShownTask of(ScoredTask scored, Optional<Passage> passage, int room) {
        ShownTask shown = of(scored, passage, PASSAGE, REPLY);
        for (int shorter = 2; shown.size() > room && shorter <= SHORTEST; shorter *= 2) {
            shown = of(scored, passage, PASSAGE / shorter, REPLY / shorter);
        }
        return shown;
    }

    private static ShownTask of(ScoredTask scored, Optional<Passage> passage, int passageLength, int length) {
        int words = Math.min(WORDS, length);
        Optional<Task> task = scored.task();
        Excerpt read = passage.map(
                        of -> Excerpt.around(of.text(), task.map(Task::quotes).orElse(List.of()), passageLength))
                .orElse(new Excerpt("", List.of(), false));
        List<String> replies = task.isPresent() ? List.of() : scored.replies();
        return new ShownTask(
                Excerpt.beginning(passage.map(Passage::source).orElse(""), words),
                read,
                task.map(Task::kind),
                Excerpt.beginning(task.map(Task::question).orElse(""), length),
                task.map(Task::options).orElse(List.of()).stream()
                        .map(option -> Excerpt.beginning(option, words))
                        .toList(),
                Excerpt.beginning(task.map(Task::answer).orElse(""), words),
                Excerpt.beginning(task.map(Task::derivation).orElse(""), words),
                Excerpt.beginning(task.map(Task::difficulty).orElse(""), words),
                scored.refusal(),
                Excerpt.beginning(scored.detail(), words),
                replies.stream()
                        .limit(MOST_REPLIES)
                        .map(reply -> Excerpt.beginning(reply, length))
                        .toList(),
                scored.reward(),
                scored.advantage(),
                scored.trained(),
                scored.suspectGold(),
                read.isCut() || isCut(scored, replies, length),
                scored.attempts().stream()
                        .collect(Collectors.groupingBy(ScoredAttempt::verdict, Collectors.counting())),
                scored.attempts().stream()
                        .limit(MOST_ATTEMPTS)
                        .map(attempt -> ShownAttempt.of(attempt, length))
                        .toList());
    }

    private static boolean isCut(ScoredTask scored, List<String> replies, int length) {
        return scored.attempts().size() > MOST_ATTEMPTS
                || scored.attempts().stream().anyMatch(attempt -> attempt.text().length() > length)
                || replies.size() > MOST_REPLIES
                || replies.stream().anyMatch(reply -> reply.length() > length)
                || scored.task()
                        .filter(task -> task.question().length() > length
                                || task.answer().length() > Math.min(WORDS, length)
                                || task.options().stream()
                                        .anyMatch(option -> option.length() > Math.min(WORDS, length)))
                        .isPresent();
    }

    /// An upper estimate of its bytes as JSON.
    int size() {
        return FRAME
                + Stream.of(
                                Stream.of(passage.text(), question, source, gold, derivation, difficulty, detail),
                                replies.stream(),
                                options.stream(),
                                attempts.stream().map(ShownAttempt::text))
                        .flatMap(Function.identity())
                        .mapToInt(Excerpt::bytes)
                        .sum()
                + FRAME_OF_ATTEMPT * attempts.size();
    }
}
