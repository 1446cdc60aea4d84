package spice.roles;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import spice.domain.Seed;
import spice.domain.Task;
import spice.model.Completion;
import spice.model.PromptGroup;
import spice.model.Sampling;

/// The policy without the document (SPICE §2.3): it answers every task several times.
///
/// @param attempts answers per task (K)
public record Reasoner(Player player, Sampling sampling, int attempts, Seed seed) {

    /// A task to answer, with its place in the iteration.
    ///
    /// @param document position in the iteration's draw
    /// @param number of the Challenger's attempt that posed it
    public record Question(int document, int number, Task task) {}

    /// The valid tasks of a document's group.
    public static List<Question> questions(PosedDocument document) {
        return document.group().stream()
                .flatMap(posed ->
                        posed.task().stream().map(task -> new Question(document.position(), posed.number(), task)))
                .toList();
    }

    /// Answers all questions of a shard, sampling all of them together.
    public List<AttemptedTask> attempt(List<Question> questions) {
        List<PromptGroup> groups = questions.stream()
                .map(question -> new PromptGroup(
                        player.policy().codec().encode(player.format().reasonerPrompt(question.task())),
                        LongStream.range(0, attempts)
                                .map(k -> seed.child("attempt", question.document(), question.number(), k)
                                        .value())
                                .toArray()))
                .toList();
        List<List<Completion>> completions = player.policy().sample(groups, sampling);
        List<AttemptedTask> attempted = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            Question question = questions.get(i);
            List<Attempt> answers = completions.get(i).stream()
                    .map(completion -> new Attempt(
                            completion.tokens(),
                            completion.logProbs(),
                            completion.stopReason(),
                            player.policy().codec().decode(completion.tokens())))
                    .toList();
            attempted.add(new AttemptedTask(
                    question.document(), question.number(), groups.get(i).prompt(), answers));
        }
        return attempted;
    }
}
