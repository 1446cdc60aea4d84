package spice.activities;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import spice.policies.ModelSettings;
import spice.roles.AttemptedTask;
import spice.roles.IterationSeeds;
import spice.roles.PosedDocument;
import spice.roles.Reasoner;
import spice.roles.Sampler;
import spice.roles.SamplingInputs;
import spice.runs.IterationRequest;
import spice.runs.LaneReport;
import spice.settings.RunSettings;
import spice.steps.BlobList;
import spice.steps.Heartbeat;
import spice.steps.Lane;
import spice.steps.Sharded;
import spice.store.BlobRef;
import spice.workflows.ReasonerActivities;
import spice.workflows.ReasonerActivities.AttemptRequest;

/// Answers tasks shard by shard.
public final class ReasonerActivitiesImpl implements ReasonerActivities {
    private static final int VERSION = 4;

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
        Sharded<Reasoner.Question> shards = new Sharded<>(questions(request.tasks()), settings.attemptShardTasks());
        LongAdder tokens = new LongAdder();
        try (Heartbeat heartbeat = sampler.heartbeats().start()) {
            Reasoner reasoner = new Reasoner(
                    sampler.player(iteration.policy(), settings, heartbeat),
                    ModelSettings.sampling(settings, settings.reasonerTokens()),
                    settings.reasonerAttempts(),
                    IterationSeeds.of(iteration));
            Lane.Outcome outcome = sampler.lane(heartbeat, "attempt", "tasks", VERSION)
                    .work(
                            request.lane(),
                            settings.attemptLanes(),
                            shards,
                            shard -> SamplingInputs.of(iteration, policy, request.tasks(), shard),
                            shard -> {
                                List<AttemptedTask> attempted = reasoner.attempt(shards.of(shard));
                                attempted.forEach(task -> tokens.add(task.sampledTokens()));
                                return BlobList.put(sampler.store(), attempted);
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
