package spice.activities;

import static java.util.Objects.requireNonNull;

import io.temporal.activity.Activity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import spice.settings.RunSettings;
import spice.settings.SettingsIdentity;
import spice.settings.StartFrom;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.workflows.CheckpointActivities;
import spice.workflows.CheckpointRef;
import spice.workflows.CorpusRef;
import spice.workflows.Failure;
import spice.workflows.IterationRequest;
import spice.workflows.Scored;
import spice.workflows.Trained;

/// Opens runs and commits checkpoints.
public final class CheckpointActivitiesImpl implements CheckpointActivities {
    private static final int DIGEST_LENGTH = 12;
    private static final Set<String> OUTSIDE_THE_MODEL = Set.of("README.md", ".gitattributes");

    private final BlobStore store;
    private final Checkpoints checkpoints;
    private final Path models;
    private final String hardware;

    /// Commits to this store.
    ///
    /// @param models the folder below which a run may name a model
    /// @param hardware what bit-for-bit equality rests on besides the settings
    public CheckpointActivitiesImpl(BlobStore store, Path models, String hardware) {
        this.store = store;
        this.checkpoints = new Checkpoints(store);
        this.models = models;
        this.hardware = hardware;
    }

    @Override
    public StartingPoint open(RunSettings settings, String lineage, CorpusRef corpus) {
        CheckpointRef base = base(settings.model());
        CheckpointRef start = switch (StartFrom.parse(settings.startFrom()).orElseThrow()) {
            case StartFrom.Base() -> base;
            case StartFrom.Last(boolean orBase) ->
                checkpoints
                        .last(lineage)
                        .or(() -> orBase ? Optional.of(base) : Optional.empty())
                        .orElseThrow(() -> Failure.LINEAGE_EMPTY.because(
                                "lineage %s has no checkpoint to continue from; start it with \"startFrom\": \"base\", or name one of %s"
                                        .formatted(lineage, checkpoints.lineages())));
            case StartFrom.Fork(String from, int iteration) ->
                checkpoints
                        .at(from, iteration)
                        .orElseThrow(() -> Failure.LINEAGE_EMPTY.because(
                                "lineage %s has no checkpoint of iteration %d; `spice status` lists the lineages and their last iterations"
                                        .formatted(from, iteration)));
        };
        String branch = Json.digest(List.of(
                        start.manifest(), base.manifest(), corpus.manifest(), SettingsIdentity.digest(settings)))
                .substring(0, DIGEST_LENGTH);
        checkpoints.begin(new RunRecord(
                lineage,
                branch,
                requireNonNull(Activity.getExecutionContext().getInfo().getWorkflowId(), "runs are workflows"),
                base,
                start,
                settings));
        return new StartingPoint(base, start, branch);
    }

    /// The model's folder as a checkpoint with nothing before it, named by its files.
    private CheckpointRef base(String model) {
        Path folder = models.resolve(model).normalize();
        if (!folder.startsWith(models) || !Files.isRegularFile(folder.resolve("config.json"))) {
            throw Failure.MODEL_UNUSABLE.because(
                    "there is no model %s: no config.json in a folder of this name below the worker's models folder; see `spice worker --models`"
                            .formatted(model));
        }
        Map<String, BlobRef> files = ModelFiles.put(store, folder);
        files.keySet().removeAll(OUTSIDE_THE_MODEL);
        return checkpoints.commit(new CheckpointManifest(
                CheckpointManifest.FORMAT,
                Checkpoints.BASE,
                Json.digest(files).substring(0, DIGEST_LENGTH),
                0,
                Optional.empty(),
                files,
                Optional.empty(),
                0,
                0,
                Optional.empty(),
                Optional.empty(),
                CheckpointManifest.GROUNDING,
                hardware,
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    }

    @Override
    public CheckpointRef commit(IterationRequest iteration, Scored scored, Trained trained) {
        CheckpointManifest parent = checkpoints.manifest(iteration.policy());
        TrainedState state = Json.read(store.get(trained.state()), TrainedState.class, "trained state");
        return checkpoints.commit(new CheckpointManifest(
                CheckpointManifest.FORMAT,
                iteration.run().lineage(),
                iteration.run().branch(),
                iteration.number(),
                Optional.of(iteration.policy().manifest()),
                state.files(),
                state.optimizer(),
                state.updates(),
                parent.documentsDrawn() + iteration.settings().documentsPerIteration(),
                Optional.of(SettingsIdentity.effective(iteration.settings())),
                Optional.of(iteration.run().corpus().manifest()),
                CheckpointManifest.GROUNDING,
                hardware,
                Optional.of(scored.trajectories()),
                Optional.of(scored.tasks()),
                Optional.of(scored.metrics().timeless())));
    }
}
