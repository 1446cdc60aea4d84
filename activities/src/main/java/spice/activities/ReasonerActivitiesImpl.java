package spice.activities;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import spice.settings.RunSettings;
import spice.store.BlobRef;
import spice.workflows.AttemptRequest;
import spice.workflows.IterationRequest;
import spice.workflows.LaneReport;
import spice.workflows.ReasonerActivities;

/// Answers tasks shard by shard.
public final class ReasonerActivitiesImpl implements ReasonerActivities {
    private static final int VERSION = 3;

    private final Sampler sampler;

    public ReasonerActivitiesImpl(Sampler sampler) {
        this.sampler = sampler;
    }

    @Override
    public LaneReport attempt(AttemptRequest request) {
        long started = System.nanoTime();
        IterationRequest iteration = request.iteration();
        RunSettings settings = iteration.settings();
        BlobRef policy = iteration.policy().manifest();
        Shards<Reasoner.Question> shards = new Shards<>(questions(request.tasks()), settings.attemptShardTasks());
        LongAdder tokens = new LongAdder();
        try (Heartbeat heartbeat = sampler.heartbeats().start()) {
            Reasoner reasoner = new Reasoner(
                    sampler.player(iteration.policy(), settings, heartbeat),
                    RoleSampling.of(settings, settings.reasonerTokens()),
                    settings.reasonerAttempts(),
                    IterationSeeds.of(iteration));
            Lane.Outcome outcome = sampler.lane(heartbeat, "attempt", VERSION)
                    .work(
                            request.lane(),
                            settings.attemptLanes(),
                            shards.count(),
                            shard -> SamplingInputs.of(iteration, policy, request.tasks(), shard),
                            shard -> {
                                List<AttemptedTask> attempted = reasoner.attempt(shards.of(shard));
                                attempted.forEach(task -> tokens.add(task.sampledTokens()));
                                return Blobs.put(sampler.store(), attempted);
                            });
            return new LaneReport(outcome.shards(), outcome.found(), tokens.sum(), (System.nanoTime() - started) / 1e9);
        }
    }

    private List<Reasoner.Question> questions(List<BlobRef> lanes) {
        return Lane.collect(sampler.store(), lanes, PosedDocument.class).stream()
                .flatMap(document -> Reasoner.questions(document).stream())
                .toList();
    }
}
