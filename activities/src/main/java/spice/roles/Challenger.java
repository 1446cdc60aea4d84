package spice.roles;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import spice.domain.AnswerKind;
import spice.domain.Passage;
import spice.domain.Refusal;
import spice.domain.Repair;
import spice.domain.Seed;
import spice.domain.Subsample;
import spice.domain.Task;
import spice.formats.ChallengerTurn;
import spice.formats.Grounding;
import spice.model.Completion;
import spice.model.PromptGroup;
import spice.model.StopReason;
import spice.policies.ModelSettings;
import spice.settings.RunSettings;

/// The policy that reads a document and poses tasks on it (SPICE §2.2). It samples rounds of a group's size until
/// one task is valid or the limit of attempts is reached, then keeps a group of the tasks.
public record Challenger(Player player, RunSettings settings, Seed seed) {

    /// Poses tasks on one shard's documents, sampling all of them together.
    ///
    /// @param first position of the shard's first document in the iteration's draw
    public List<PosedDocument> pose(List<Passage> passages, int first) {
        List<List<PosedTask>> posed =
                passages.stream().<List<PosedTask>>map(_ -> new ArrayList<>()).toList();
        for (int attempt = 0; attempt < settings.challengerAttempts(); attempt += settings.groupSize()) {
            int from = attempt;
            int to = Math.min(attempt + settings.groupSize(), settings.challengerAttempts());
            List<Dialogue> round = IntStream.range(0, passages.size())
                    .filter(document -> posed.get(document).stream().noneMatch(PosedTask::valid))
                    .boxed()
                    .flatMap(document -> IntStream.range(from, to)
                            .mapToObj(
                                    number -> new Dialogue(passages.get(document), document, first + document, number)))
                    .toList();
            converse(round);
            round.forEach(dialogue -> posed.get(dialogue.index).add(dialogue.outcome()));
        }
        return IntStream.range(0, passages.size())
                .mapToObj(document -> document(first + document, posed.get(document)))
                .toList();
    }

    private PosedDocument document(int document, List<PosedTask> posed) {
        Map<Refusal, Integer> refusals = new EnumMap<>(Refusal.class);
        posed.forEach(task -> task.refusal().ifPresent(reason -> refusals.merge(reason, 1, Integer::sum)));
        Map<Repair, Integer> repairs = new EnumMap<>(Repair.class);
        posed.stream()
                .flatMap(task -> task.repairs().stream())
                .forEach(repair -> repairs.merge(repair, 1, Integer::sum));
        int valid = (int) posed.stream().filter(PosedTask::valid).count();
        List<PosedTask> group = Subsample.ratioPreserving(
                posed, PosedTask::valid, settings.groupSize(), seed.child("subsample", document));
        return new PosedDocument(document, posed.size(), valid, refusals, repairs, group);
    }

    /// Runs the dialogues turn by turn; one call of the policy samples a turn of all open dialogues.
    private void converse(List<Dialogue> dialogues) {
        List<Dialogue> open = dialogues;
        for (int turn = 0; !open.isEmpty(); turn++) {
            int number = turn;
            List<PromptGroup> groups = new ArrayList<>();
            List<List<Dialogue>> speakers = new ArrayList<>();
            for (Dialogue dialogue : open) {
                // All attempts at a document share the first turn's prompt, which is computed once.
                if (turn == 0 && !speakers.isEmpty() && speakers.getLast().getFirst().index == dialogue.index) {
                    speakers.getLast().add(dialogue);
                } else {
                    speakers.add(new ArrayList<>(List.of(dialogue)));
                }
            }
            for (List<Dialogue> group : speakers) {
                long[] seeds = group.stream()
                        .mapToLong(dialogue -> seed.child("pose", dialogue.document, dialogue.attempt, number)
                                .value())
                        .toArray();
                groups.add(new PromptGroup(group.getFirst().tokens(), seeds));
            }
            List<List<Completion>> replies =
                    player.policy().sample(groups, ModelSettings.sampling(settings, settings.challengerTokens()));
            for (int g = 0; g < speakers.size(); g++) {
                for (int i = 0; i < speakers.get(g).size(); i++) {
                    speakers.get(g).get(i).hear(replies.get(g).get(i));
                }
            }
            open = open.stream().filter(Dialogue::goesOn).toList();
        }
    }

    /// One attempt in progress.
    private final class Dialogue {
        private final Optional<Passage> passage;
        private final Optional<AnswerKind> drawn;
        private final int index;
        private final int document;
        private final int attempt;
        private final List<Span> spans = new ArrayList<>();
        private final List<String> replies = new ArrayList<>();
        private ChallengerTurn turn;

        Dialogue(Passage passage, int index, int document, int attempt) {
            this.passage = switch (settings.documents()) {
                case DRAWN -> Optional.of(passage);
                case NONE -> Optional.empty();
            };
            this.drawn = switch (settings.kinds()) {
                case MODEL -> Optional.empty();
                case DRAWN -> Optional.of(kind(document));
            };
            this.index = index;
            this.document = document;
            this.attempt = attempt;
            this.turn = player.format().challenge(this.passage, drawn, replies);
            ask();
        }

        private AnswerKind kind(int document) {
            AnswerKind[] kinds = AnswerKind.values();
            return kinds[seed.child("kind", document).random().nextInt(kinds.length)];
        }

        private void ask() {
            if (turn instanceof ChallengerTurn.Ask(String text)) {
                spans.add(new Span(player.policy().codec().encode(text), new float[0]));
            }
        }

        void hear(Completion completion) {
            spans.add(new Span(completion.tokens(), completion.logProbs()));
            String reply = player.policy().codec().decode(completion.tokens());
            replies.add(reply);
            turn = completion.stopReason() == StopReason.LENGTH
                    ? new ChallengerTurn.Refused(
                            Refusal.CUT_OFF, "no end within %d tokens".formatted(settings.challengerTokens()))
                    : grounded(player.format().challenge(passage, drawn, replies));
            ask();
        }

        private ChallengerTurn grounded(ChallengerTurn next) {
            if (next instanceof ChallengerTurn.Posed(Task task, List<Repair> repairs) && passage.isPresent()) {
                Optional<ChallengerTurn.Refused> refused =
                        Grounding.check(task, passage.get()).map(refusal -> refusal.after(repairs));
                return refused.isPresent() ? refused.get() : next;
            }
            return next;
        }

        boolean goesOn() {
            return turn instanceof ChallengerTurn.Ask;
        }

        int[] tokens() {
            return spans.stream()
                    .flatMapToInt(span -> IntStream.of(span.tokens()))
                    .toArray();
        }

        PosedTask outcome() {
            return switch (turn) {
                case ChallengerTurn.Posed(Task task, List<Repair> repairs) ->
                    new PosedTask(attempt, Optional.of(task), Optional.empty(), "", repairs, spans, replies);
                case ChallengerTurn.Refused(Refusal reason, String detail, List<Repair> repairs) ->
                    new PosedTask(attempt, Optional.empty(), Optional.of(reason), detail, repairs, spans, replies);
                case ChallengerTurn.Ask _ ->
                    throw new IllegalStateException("a dialogue that still asks has no outcome");
            };
        }
    }
}
