package spice.activities;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import spice.domain.Passage;
import spice.domain.Seed;
import spice.domain.Task;
import spice.domain.Verdict;
import spice.roles.AnswerFormat;
import spice.settings.RunSettings;
import spice.settings.SettingsIdentity;
import spice.store.BlobRef;
import spice.verify.AnswerVerifier;
import spice.workflows.CheckpointRef;

/// One checkpoint's Challenger against another's Reasoner on the same documents.
///
/// @param documents that every Challenger reads
record Crossing(Sampler sampler, Heartbeat heartbeat, RunSettings settings, List<Passage> documents, int version) {

    private record Inputs(BlobRef policy, List<BlobRef> reads, String settings, int shard) {}

    private Seed seed() {
        return new Seed(settings.seed()).child("crossing");
    }

    /// The valid tasks of each document's group.
    List<PosedDocument> pose(CheckpointRef policy) {
        Shards<Passage> shards = new Shards<>(documents, settings.poseShardDocuments());
        BlobRef reads = Blobs.put(sampler.store(), documents);
        Challenger challenger = new Challenger(sampler.player(policy, settings, heartbeat), settings, seed());
        Lane.Outcome outcome = sampler.lane(heartbeat, "cross-pose", version)
                .work(
                        0,
                        1,
                        shards.count(),
                        shard ->
                                new Inputs(policy.manifest(), List.of(reads), SettingsIdentity.digest(settings), shard),
                        shard -> Blobs.put(sampler.store(), challenger.pose(shards.of(shard), shards.first(shard))));
        return Lane.collect(sampler.store(), List.of(outcome.shards()), PosedDocument.class);
    }

    /// The pass rate of every valid task, document by document; empty for a task that no attempt decided.
    List<List<Optional<Double>>> passRates(CheckpointRef policy, List<PosedDocument> posed) {
        List<Reasoner.Question> questions = posed.stream()
                .flatMap(document -> Reasoner.questions(document).stream())
                .toList();
        Shards<Reasoner.Question> shards = new Shards<>(questions, settings.attemptShardTasks());
        BlobRef reads = Blobs.put(sampler.store(), questions);
        AnswerFormat format = Player.answers(settings);
        Reasoner reasoner = new Reasoner(
                sampler.player(policy, settings, heartbeat),
                RoleSampling.of(settings, settings.reasonerTokens()),
                settings.reasonerAttempts(),
                seed());
        Lane.Outcome outcome = sampler.lane(heartbeat, "cross-attempt", version)
                .work(
                        0,
                        1,
                        shards.count(),
                        shard ->
                                new Inputs(policy.manifest(), List.of(reads), SettingsIdentity.digest(settings), shard),
                        shard -> Blobs.put(sampler.store(), reasoner.attempt(shards.of(shard))));
        List<AttemptedTask> attempted = Lane.collect(sampler.store(), List.of(outcome.shards()), AttemptedTask.class);
        return posed.stream()
                .map(document -> IntStream.range(0, questions.size())
                        .filter(i -> questions.get(i).document() == document.document())
                        .mapToObj(i -> passRate(format, questions.get(i).task(), attempted.get(i)))
                        .toList())
                .toList();
    }

    private static Optional<Double> passRate(AnswerFormat format, Task task, AttemptedTask attempted) {
        List<Verdict> decided = attempted.attempts().stream()
                .map(attempt -> AnswerVerifier.verify(task, format.finalAnswer(attempt.text())))
                .filter(verdict -> verdict != Verdict.UNDECIDED)
                .toList();
        return decided.isEmpty()
                ? Optional.empty()
                : Optional.of((double) Collections.frequency(decided, Verdict.CORRECT) / decided.size());
    }
}
