package spice.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.failure.ApplicationFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.ModelFiles;
import spice.domain.Seed;
import spice.judging.Episode;
import spice.judging.Role;
import spice.judging.Samples;
import spice.model.Devices;
import spice.model.TinyModel;
import spice.policies.Host;
import spice.roles.Span;
import spice.runs.IterationRequest;
import spice.settings.RunSettings;
import spice.steps.BlobList;
import spice.steps.SilentProgress;
import spice.steps.StepProgress;
import spice.store.BlobRef;
import spice.store.InMemoryBlobStore;
import spice.store.StepKey;

class OwnTrainingTest {
    private static final StepKey STEP = new StepKey("train", 2, "a".repeat(64));

    private static final RunSettings SIX_UPDATES =
            Samples.settings("{\"updateBatch\": 4, \"trainThreads\": 2, \"microBatchTokens\": 60}");

    /// On a clock that stands still a snapshot costs nothing, so one is always due.
    private static final Function<Duration, SnapshotPace> ALWAYS =
            _ -> new SnapshotPace(() -> 0, 1, Duration.ZERO, Duration.ZERO);

    @TempDir
    Path folder;

    private final InMemoryBlobStore store = new InMemoryBlobStore();
    private Path model;

    @BeforeEach
    void createModel() {
        model = Steppable.model(folder.resolve("model"), TinyModel.config());
    }

    private TrainedState train(
            InMemoryBlobStore into,
            Path from,
            RunSettings settings,
            BlobRef episodes,
            StepProgress progress,
            Function<Duration, SnapshotPace> pace)
            throws Exception {
        IterationRequest iteration = Steppable.iteration(into, from, settings);
        return new OwnTraining(into, Optional.empty(), Host.of(Devices.CPU), pace)
                .take(
                        new SnapshotStore(into, STEP),
                        Files.createTempDirectory(folder, "train-"),
                        settings,
                        new Checkpoints(into).manifest(iteration.policy()),
                        UpdateBatches.of(
                                BlobList.get(into, episodes, Episode.class), settings.updateBatch(), new Seed(1)),
                        progress);
    }

    /// A step of six updates.
    private TrainedState train(InMemoryBlobStore into, StepProgress progress, Function<Duration, SnapshotPace> pace)
            throws Exception {
        BlobRef episodes = Steppable.episodes(into, 24, 20, TinyModel.config().vocabularySize());
        return train(into, model, SIX_UPDATES, episodes, progress, pace);
    }

    private TrainedState undisturbed() throws Exception {
        return train(new InMemoryBlobStore(), new Diary("never"), SnapshotPace::of);
    }

    /// Records the updates that begin, and ends the step at `last`.
    private static final class Diary extends SilentProgress {
        private final List<String> updates = new ArrayList<>();
        private final String last;
        private int stopsAfter = Integer.MAX_VALUE;

        Diary(String last) {
            this.last = last;
        }

        @Override
        public void now(String what, long done, long total, String unit) {
            if (what.equals("train")) {
                String update = "update %d of %d".formatted(done + 1, total);
                updates.add(String.valueOf(done + 1));
                if (update.equals(last)) {
                    throw new IllegalStateException("killed at " + update);
                }
            }
        }

        @Override
        public boolean isStopping() {
            return updates.size() >= stopsAfter;
        }
    }

    @Test
    void aKilledStepResumesFromItsNewestSnapshotToTheSameBytes() throws Exception {
        assertThatThrownBy(() -> train(store, new Diary("update 5 of 6"), ALWAYS))
                .hasMessage("killed at update 5 of 6");

        Diary again = new Diary("never");
        TrainedState resumed = train(store, again, ALWAYS);

        assertThat(again.updates).containsExactly("5", "6");
        assertThat(resumed).isEqualTo(undisturbed());
        assertThat(resumed.updates()).isEqualTo(6);
    }

    @Test
    void aStepResumesFromAnOlderSnapshotIfTheNewestIsDamaged() throws Exception {
        assertThatThrownBy(() -> train(store, new Diary("update 4 of 6"), ALWAYS))
                .hasMessage("killed at update 4 of 6");
        List<String> snapshots = store.list("snapshots/");
        assertThat(snapshots).hasSize(3).allMatch(name -> name.matches("snapshots/train/v2/a{64}/0000000[123]"));
        String lost = snapshots.getLast().replaceFirst("3$", "4");
        store.create(lost, """
                {"files": {"config.json": {"sha256": "%s", "bytes": 5}}, "optimizer": {"sha256": "%1$s", "bytes": 5},
                 "logProbs": {"sha256": "%1$s", "bytes": 5}, "reports": []}
                """.formatted("0".repeat(64)).getBytes(UTF_8));

        Diary again = new Diary("never");

        assertThat(train(store, again, SnapshotPace::of)).isEqualTo(undisturbed());
        assertThat(again.updates).containsExactly("4", "5", "6");
    }

    @Test
    void aStepShorterThanASnapshotIsWorthLeavesNone() throws Exception {
        train(store, new Diary("never"), SnapshotPace::of);

        assertThat(store.list("snapshots/")).isEmpty();
    }

    @Test
    void aStoppedWorkerLeavesASnapshotBeforeItHandsOver() throws Exception {
        Diary stopped = new Diary("update 4 of 6");
        stopped.stopsAfter = 3;
        Function<Duration, SnapshotPace> rare =
                _ -> new SnapshotPace(System::nanoTime, 0.05, Duration.ofHours(1), Duration.ZERO);

        assertThatThrownBy(() -> train(store, stopped, rare)).hasMessage("killed at update 4 of 6");

        Diary again = new Diary("never");
        train(store, again, SnapshotPace::of);
        assertThat(again.updates).containsExactly("4", "5", "6");
    }

    /// The gradient exceeds what a float can hold.
    @Test
    void aDivergedStepNamesTheLearningRateAndLeavesNothing() {
        BlobRef episodes = BlobList.put(
                store,
                List.of(new Episode(
                        Role.REASONER,
                        List.of(
                                new Span(new int[] {1, 2, 3}, new float[0]),
                                new Span(new int[] {4, 5}, new float[] {-2, -2})),
                        1e300)));

        assertThatThrownBy(() -> train(
                        store,
                        model,
                        Samples.settings("{\"trainThreads\": 1, \"learningRate\": 0.25}"),
                        episodes,
                        new SilentProgress(),
                        SnapshotPace::of))
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo("TRAINING_DIVERGED");
                    assertThat(failure.isNonRetryable()).isTrue();
                    assertThat(failure.getOriginalMessage())
                            .contains("the weights are as before", "learningRate is 0.25")
                            .doesNotContain("\n");
                });
        assertThat(store.list("snapshots/")).isEmpty();
    }

    private TrainedState trainAdapter(InMemoryBlobStore into, Path from, int rank) throws Exception {
        return train(
                into,
                from,
                Samples.settings("{\"trainThreads\": 1, \"updateBatch\": 2, \"loraRank\": %d}".formatted(rank)),
                Steppable.episodes(into, 2, 8, 11),
                new SilentProgress(),
                SnapshotPace::of);
    }

    @Test
    void aCheckpointWithAnotherAdapterIsRefusedWithBothNamed() throws Exception {
        Path adapted = folder.resolve("adapted");
        ModelFiles.fetch(store, trainAdapter(store, model, 2).files(), adapted);

        assertThatThrownBy(() -> trainAdapter(new InMemoryBlobStore(), adapted, 3))
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo("MODEL_UNUSABLE");
                    assertThat(failure.isNonRetryable()).isTrue();
                    assertThat(failure.getOriginalMessage())
                            .contains("has rank 2", "asks for rank 3", "Set loraRank, loraAlpha and loraTargets");
                });
    }
}
