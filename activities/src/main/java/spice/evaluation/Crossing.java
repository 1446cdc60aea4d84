package spice.evaluation;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import spice.domain.Passage;
import spice.domain.Seed;
import spice.formats.AnswerFormat;
import spice.judging.VerifiedAttempts;
import spice.policies.ModelSettings;
import spice.roles.AttemptedTask;
import spice.roles.Challenger;
import spice.roles.Player;
import spice.roles.PosedDocument;
import spice.roles.Reasoner;
import spice.roles.Sampler;
import spice.runs.CheckpointRef;
import spice.settings.RunSettings;
import spice.settings.SettingsIdentity;
import spice.steps.BlobList;
import spice.steps.Heartbeat;
import spice.steps.Sharded;
import spice.store.BlobRef;

/// One checkpoint's Challenger against another's Reasoner on the same documents.
///
/// @param documents the documents that every Challenger reads
/// @param version of the steps, as in [spice.steps.Lane]
public record Crossing(
        Sampler sampler, Heartbeat heartbeat, RunSettings settings, List<Passage> documents, int version) {

    private record Inputs(BlobRef policy, List<BlobRef> reads, String settings, int shard) {}

    private Inputs inputs(CheckpointRef policy, BlobRef reads, int shard) {
        return new Inputs(policy.manifest(), List.of(reads), SettingsIdentity.digest(settings), shard);
    }

    private Seed seed() {
        return new Seed(settings.seed()).child("crossing");
    }

    /// Poses tasks on every document with this checkpoint's Challenger.
    public List<PosedDocument> pose(CheckpointRef policy) {
        Sharded<Passage> shards = new Sharded<>(documents, settings.poseShardDocuments());
        BlobRef reads = BlobList.put(sampler.store(), documents);
        Challenger challenger = new Challenger(sampler.player(policy, settings, heartbeat), settings, seed());
        return sampler.lane(heartbeat, "cross-pose", "documents", version)
                .all(
                        shards,
                        shard -> inputs(policy, reads, shard),
                        shard -> challenger.pose(shards.of(shard), shards.first(shard)),
                        PosedDocument.class);
    }

    /// This checkpoint's pass rate on every valid task, document by document; empty for a task without a decided
    /// attempt.
    public List<List<Optional<Double>>> passRates(CheckpointRef policy, List<PosedDocument> posed) {
        List<Reasoner.Question> questions = posed.stream()
                .flatMap(document -> Reasoner.questions(document).stream())
                .toList();
        Sharded<Reasoner.Question> shards = new Sharded<>(questions, settings.attemptShardTasks());
        BlobRef reads = BlobList.put(sampler.store(), questions);
        AnswerFormat format = Player.answers(settings);
        Reasoner reasoner = new Reasoner(
                sampler.player(policy, settings, heartbeat),
                ModelSettings.sampling(settings, settings.reasonerTokens()),
                settings.reasonerAttempts(),
                seed());
        List<AttemptedTask> attempted = sampler.lane(heartbeat, "cross-attempt", "tasks", version)
                .all(
                        shards,
                        shard -> inputs(policy, reads, shard),
                        shard -> reasoner.attempt(shards.of(shard)),
                        AttemptedTask.class);
        return posed.stream()
                .map(document -> IntStream.range(0, questions.size())
                        .filter(i -> questions.get(i).document() == document.position())
                        .mapToObj(i -> VerifiedAttempts.of(
                                        format, questions.get(i).task(), attempted.get(i))
                                .passRate())
                        .toList())
                .toList();
    }
}
