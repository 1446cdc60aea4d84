package spice.activities;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import spice.corpus.Corpora;
import spice.domain.Passage;
import spice.domain.Refusal;
import spice.domain.Seed;
import spice.domain.Task;
import spice.roles.Challenger;
import spice.roles.IterationSeeds;
import spice.roles.PosedDocument;
import spice.roles.PosedTask;
import spice.roles.RefusedReply;
import spice.roles.Sampler;
import spice.roles.SamplingInputs;
import spice.runs.CheckpointRef;
import spice.runs.CorpusRef;
import spice.runs.IterationRequest;
import spice.runs.LaneReport;
import spice.runs.NoValidTasks;
import spice.settings.RunSettings;
import spice.settings.SettingsIdentity;
import spice.steps.BlobList;
import spice.steps.Heartbeat;
import spice.steps.Lane;
import spice.steps.Sharded;
import spice.store.BlobRef;
import spice.workflows.ChallengerActivities;
import spice.workflows.ChallengerActivities.PoseRequest;

/// Poses tasks shard by shard.
public final class ChallengerActivitiesImpl implements ChallengerActivities {
    private static final int VERSION = 4;
    private static final int HELD_OUT_VERSION = 4;

    private final Sampler sampler;

    public ChallengerActivitiesImpl(Sampler sampler) {
        this.sampler = sampler;
    }

    @Override
    public LaneReport pose(PoseRequest request) {
        long started = System.nanoTime();
        IterationRequest iteration = request.iteration();
        RunSettings settings = iteration.settings();
        CheckpointRef policy = iteration.challenger();
        Sharded<Passage> shards = new Sharded<>(
                BlobList.get(sampler.store(), request.passages(), Passage.class), settings.poseShardDocuments());
        LongAdder tokens = new LongAdder();
        try (Heartbeat heartbeat = sampler.heartbeats().start()) {
            Challenger challenger = challenger(settings, policy, IterationSeeds.of(iteration), heartbeat);
            Lane.Outcome outcome = sampler.lane(heartbeat, "pose", "documents", VERSION)
                    .work(
                            request.lane(),
                            settings.poseLanes(),
                            shards,
                            shard ->
                                    SamplingInputs.of(iteration, policy.manifest(), List.of(request.passages()), shard),
                            shard -> {
                                List<PosedDocument> posed = challenger.pose(shards.of(shard), shards.first(shard));
                                posed.forEach(
                                        document -> document.group().forEach(task -> tokens.add(task.sampledTokens())));
                                return BlobList.put(sampler.store(), posed);
                            });
            return new LaneReport(outcome.shards(), outcome.found(), tokens.sum(), (System.nanoTime() - started) / 1e9);
        }
    }

    private Challenger challenger(RunSettings settings, CheckpointRef policy, Seed seed, Heartbeat heartbeat) {
        return new Challenger(sampler.player(policy, settings, heartbeat), settings, seed);
    }

    /// Every valid task of every held-back passage's group becomes a question. Where there is none, the Challenger
    /// poses on the documents of a first iteration as well: without a valid task there either, no run can learn. A
    /// run that begins with this Challenger finds what it posed there.
    @Override
    public BlobRef poseHeldOut(RunSettings settings, CheckpointRef policy, CorpusRef corpus) {
        List<Passage> heldBack = Corpora.heldBack(sampler.store(), corpus.manifest());
        Sharded<Passage> shards = new Sharded<>(heldBack, settings.poseShardDocuments());
        Seed seed = new Seed(settings.seed()).child("held-out");
        try (Heartbeat heartbeat = sampler.heartbeats().start()) {
            Challenger challenger = challenger(settings, policy, seed, heartbeat);
            List<PosedDocument> posed = sampler.lane(heartbeat, "pose-held-out", "documents", HELD_OUT_VERSION)
                    .all(
                            shards,
                            shard -> new HeldOutInputs(
                                    policy.manifest(), corpus.manifest(), SettingsIdentity.digest(settings), shard),
                            shard -> challenger.pose(shards.of(shard), shards.first(shard)),
                            PosedDocument.class);
            List<Task> questions = posed.stream()
                    .flatMap(document -> document.group().stream())
                    .map(PosedTask::task)
                    .flatMap(Optional::stream)
                    .distinct()
                    .toList();
            if (questions.isEmpty()) {
                requireTasks(challenger, policy, corpus, heldBack, posed, heartbeat);
            }
            return BlobList.put(sampler.store(), questions);
        }
    }

    /// Requires that the first iteration's documents give a valid task.
    ///
    /// @param heldOut has posed on the passages held back
    /// @param posed what it posed, without a valid task
    private void requireTasks(
            Challenger heldOut,
            CheckpointRef policy,
            CorpusRef corpus,
            List<Passage> heldBack,
            List<PosedDocument> posed,
            Heartbeat heartbeat) {
        RunSettings settings = heldOut.settings();
        int number = policy.iteration() + 1;
        List<Passage> first = Corpora.draw(sampler.store(), corpus.manifest(), settings, 0);
        BlobRef passages = BlobList.put(sampler.store(), first);
        Sharded<Passage> shards = new Sharded<>(first, settings.poseShardDocuments());
        Challenger challenger = new Challenger(heldOut.player(), settings, IterationSeeds.of(settings, number));
        List<PosedDocument> onFirst = sampler.lane(heartbeat, "pose", "documents", VERSION)
                .all(
                        shards,
                        shard -> new SamplingInputs(
                                policy.manifest(), List.of(passages), SettingsIdentity.digest(settings), number, shard),
                        shard -> challenger.pose(shards.of(shard), shards.first(shard)),
                        PosedDocument.class);
        if (onFirst.stream().allMatch(document -> document.valid() == 0)) {
            Map<Refusal, Integer> refusals = new EnumMap<>(Refusal.class);
            Stream.of(posed, onFirst)
                    .flatMap(List::stream)
                    .forEach(document -> document.refusals()
                            .forEach((reason, count) -> refusals.merge(reason, count, Integer::sum)));
            throw NoValidTasks.failure(
                    "the first Challenger",
                    settings,
                    refusals,
                    RefusedReply.toRead(
                            Stream.concat(RefusedReply.of(posed, heldBack), RefusedReply.of(onFirst, first))));
        }
    }

    private record HeldOutInputs(BlobRef policy, BlobRef corpus, String settings, int shard) {}
}
