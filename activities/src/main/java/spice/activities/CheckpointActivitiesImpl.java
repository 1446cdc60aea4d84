package spice.activities;

import static java.util.Objects.requireNonNull;

import io.temporal.activity.Activity;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import spice.checkpoints.CheckpointManifest;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.CommitListener;
import spice.checkpoints.IterationRecord;
import spice.checkpoints.Models;
import spice.checkpoints.RunRecord;
import spice.runs.CheckpointRef;
import spice.runs.CorpusRef;
import spice.runs.Failure;
import spice.runs.IterationRequest;
import spice.runs.OpenedRun;
import spice.runs.StepSeconds;
import spice.settings.RunSettings;
import spice.settings.SettingsIdentity;
import spice.settings.StartFrom;
import spice.steps.Heartbeat;
import spice.steps.WorkerHeartbeats;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.training.TrainedState;
import spice.workflows.CheckpointActivities;
import spice.workflows.JudgeActivities.Scored;
import spice.workflows.TrainerActivities.Trained;

/// Opens runs and commits checkpoints.
public final class CheckpointActivitiesImpl implements CheckpointActivities {
    private static final int DIGEST_LENGTH = 12;

    private final BlobStore store;
    private final Checkpoints checkpoints;
    private final Models models;
    private final String hardware;
    private final String version;
    private final WorkerHeartbeats heartbeats;
    private final Clock clock;
    private final CommitListener listener;

    /// @param models the folder below which a run may name a model
    /// @param hardware what bit-for-bit equality depends on besides the settings: instruction set and torch version
    /// @param version of this program, written into each iteration's record
    /// @param clock gives the time at which an iteration is committed
    /// @param listener hears of each commit
    public CheckpointActivitiesImpl(
            BlobStore store,
            Path models,
            String hardware,
            String version,
            WorkerHeartbeats heartbeats,
            Clock clock,
            CommitListener listener) {
        this.store = store;
        this.checkpoints = new Checkpoints(store);
        this.models = new Models(store, models);
        this.hardware = hardware;
        this.version = version;
        this.heartbeats = heartbeats;
        this.clock = clock;
        this.listener = listener;
    }

    @Override
    public StartingPoint open(RunSettings settings, String lineage, CorpusRef corpus) {
        try (Heartbeat _ = heartbeats.start()) {
            Optional<CheckpointRef> continued =
                    continued(StartFrom.parse(settings.startFrom()).orElseThrow(), lineage);
            CheckpointRef base = base(settings.model());
            CheckpointRef start = continued.orElse(base);
            String branch = branch(start, base, corpus, settings);
            begin(lineage, branch, base, start, settings);
            return new StartingPoint(base, start, branch);
        }
    }

    /// The checkpoint to go on from; empty for the base.
    private Optional<CheckpointRef> continued(StartFrom startFrom, String lineage) {
        return switch (startFrom) {
            case StartFrom.Base() -> Optional.empty();
            case StartFrom.Last(boolean orBase) -> {
                Optional<CheckpointRef> last = checkpoints.last(lineage);
                if (last.isEmpty() && !orBase) {
                    throw Failure.LINEAGE_EMPTY.because(
                            "lineage %s has no checkpoint to continue from; start it with \"startFrom\": \"base\", or name one of %s"
                                    .formatted(lineage, checkpoints.lineages()));
                }
                yield last;
            }
            case StartFrom.Fork(String from, int iteration) ->
                Optional.of(checkpoints
                        .at(from, iteration)
                        .orElseThrow(() -> Failure.LINEAGE_EMPTY.because(
                                "lineage %s has no checkpoint of iteration %d; `spice status` lists the lineages and their last iterations"
                                        .formatted(from, iteration))));
        };
    }

    @Override
    public OpenedRun turn(OpenedRun run, RunSettings settings, CheckpointRef policy) {
        try (Heartbeat _ = heartbeats.start()) {
            OpenedRun turned = on(branch(policy, run.base(), run.corpus(), settings), run, policy);
            begin(turned.lineage(), turned.branch(), turned.base(), policy, settings);
            return turned;
        }
    }

    private static OpenedRun on(String branch, OpenedRun run, CheckpointRef start) {
        return new OpenedRun(run.lineage(), branch, run.base(), start, run.corpus(), run.heldOut());
    }

    /// The branch is named by start, base, corpus and settings: runs that agree in all four share it.
    private static String branch(CheckpointRef start, CheckpointRef base, CorpusRef corpus, RunSettings settings) {
        return shortDigest(
                List.of(start.manifest(), base.manifest(), corpus.manifest(), SettingsIdentity.digest(settings)));
    }

    private static String shortDigest(Object value) {
        return Json.digest(value).substring(0, DIGEST_LENGTH);
    }

    private void begin(String lineage, String branch, CheckpointRef base, CheckpointRef start, RunSettings settings) {
        checkpoints.begin(new RunRecord(
                lineage,
                branch,
                requireNonNull(Activity.getExecutionContext().getInfo().getWorkflowId(), "runs are workflows"),
                base,
                start,
                settings));
    }

    /// Commits the model as a checkpoint without a parent, on a branch named by its files.
    private CheckpointRef base(String model) {
        Map<String, BlobRef> files = models.files(model);
        return checkpoints.commit(new CheckpointManifest(
                CheckpointManifest.FORMAT,
                Checkpoints.BASE,
                shortDigest(files),
                0,
                Optional.empty(),
                files,
                Optional.empty(),
                0,
                0,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                CheckpointManifest.GROUNDING,
                hardware,
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    }

    @Override
    public CheckpointRef commit(
            IterationRequest iteration, Scored scored, Trained trained, @Nullable StepSeconds seconds) {
        try (Heartbeat _ = heartbeats.start()) {
            TrainedState state = Json.read(store.get(trained.state()), TrainedState.class, "trained state");
            new IterationRecord(
                            clock.instant(),
                            iteration.changes(),
                            Optional.of(scored.metrics()),
                            Optional.of(trained.metrics()),
                            Optional.ofNullable(seconds),
                            scored.passages(),
                            Optional.of(version))
                    .write(store, iteration.run().lineage(), iteration.run().branch(), iteration.number());
            CheckpointRef committed = checkpoints.commit(manifest(
                    iteration,
                    iteration.run().branch(),
                    state.files(),
                    state.optimizer(),
                    state.updates(),
                    iteration.changes(),
                    Optional.of(scored)));
            listener.committed(committed, iteration.settings());
            return committed;
        }
    }

    @Override
    public Skipped skip(IterationRequest iteration, String reason) {
        try (Heartbeat _ = heartbeats.start()) {
            CheckpointManifest parent = checkpoints.manifest(iteration.policy());
            List<String> changes = new ArrayList<>(iteration.changes());
            changes.add("iteration %d skipped: %s".formatted(iteration.number(), reason));
            OpenedRun branch = on(
                    shortDigest(
                            List.of(iteration.run().branch(), iteration.policy().manifest(), changes)),
                    iteration.run(),
                    iteration.policy());
            begin(branch.lineage(), branch.branch(), branch.base(), branch.start(), iteration.settings());
            new IterationRecord(
                            clock.instant(),
                            changes,
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.of(version))
                    .write(store, branch.lineage(), branch.branch(), iteration.number());
            CheckpointRef standIn = checkpoints.commit(manifest(
                    iteration,
                    branch.branch(),
                    parent.files(),
                    parent.optimizer(),
                    parent.updates(),
                    changes,
                    Optional.empty()));
            return new Skipped(branch, standIn);
        }
    }

    private CheckpointManifest manifest(
            IterationRequest iteration,
            String branch,
            Map<String, BlobRef> files,
            Optional<BlobRef> optimizer,
            long updates,
            List<String> changes,
            Optional<Scored> scored) {
        return new CheckpointManifest(
                CheckpointManifest.FORMAT,
                iteration.run().lineage(),
                branch,
                iteration.number(),
                Optional.of(iteration.policy().manifest()),
                files,
                optimizer,
                updates,
                checkpoints.manifest(iteration.policy()).documentsDrawn()
                        + iteration.settings().documentsPerIteration(),
                Optional.of(SettingsIdentity.effective(iteration.settings())),
                changes,
                Optional.of(iteration.run().corpus().manifest()),
                CheckpointManifest.GROUNDING,
                hardware,
                scored.map(Scored::trajectories),
                scored.map(Scored::tasks),
                scored.map(done -> done.metrics().timeless()));
    }
}
