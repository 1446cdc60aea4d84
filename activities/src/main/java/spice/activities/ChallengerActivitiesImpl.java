package spice.activities;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import spice.corpus.Corpora;
import spice.domain.Passage;
import spice.domain.Seed;
import spice.roles.Challenger;
import spice.roles.IterationSeeds;
import spice.roles.PosedDocument;
import spice.roles.PosedTask;
import spice.roles.Sampler;
import spice.roles.SamplingInputs;
import spice.runs.CheckpointRef;
import spice.runs.CorpusRef;
import spice.runs.IterationRequest;
import spice.runs.LaneReport;
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
            Lane.Outcome outcome = sampler.lane(heartbeat, "pose", VERSION)
                    .work(
                            request.lane(),
                            settings.poseLanes(),
                            shards.count(),
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

    /// Every valid task of every held-back passage's group becomes a question.
    @Override
    public BlobRef poseHeldOut(RunSettings settings, CheckpointRef policy, CorpusRef corpus) {
        Sharded<Passage> shards =
                new Sharded<>(Corpora.heldBack(sampler.store(), corpus.manifest()), settings.poseShardDocuments());
        Seed seed = new Seed(settings.seed()).child("held-out");
        try (Heartbeat heartbeat = sampler.heartbeats().start()) {
            Challenger challenger = challenger(settings, policy, seed, heartbeat);
            List<PosedDocument> posed = sampler.lane(heartbeat, "pose-held-out", HELD_OUT_VERSION)
                    .all(
                            shards.count(),
                            shard -> new HeldOutInputs(
                                    policy.manifest(), corpus.manifest(), SettingsIdentity.digest(settings), shard),
                            shard -> challenger.pose(shards.of(shard), shards.first(shard)),
                            PosedDocument.class);
            return BlobList.put(
                    sampler.store(),
                    posed.stream()
                            .flatMap(document -> document.group().stream())
                            .map(PosedTask::task)
                            .flatMap(Optional::stream)
                            .distinct()
                            .toList());
        }
    }

    private record HeldOutInputs(BlobRef policy, BlobRef corpus, String settings, int shard) {}
}
