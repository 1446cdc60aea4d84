package spice.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.failure.ApplicationFailure;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.launcher.Launchers;
import spice.model.Devices;
import spice.model.TinyModel;
import spice.store.BlobRef;
import spice.store.InMemoryBlobStore;
import spice.workflows.IterationRequest;

/// A training step whose numbers leave what a float can hold.
class TrainingDivergesTest {
    @TempDir
    Path folder;

    @Test
    void theFailureNamesTheLearningRateAndKeepsTheStore() {
        InMemoryBlobStore store = new InMemoryBlobStore();
        Path model = Steppable.model(folder.resolve("model"), TinyModel.config());
        IterationRequest iteration =
                Steppable.iteration(store, model, Samples.settings("{\"trainThreads\": 1, \"learningRate\": 0.25}"));
        BlobRef episodes = Blobs.put(
                store,
                List.of(new Episode(
                        Role.REASONER,
                        List.of(
                                new Span(new int[] {1, 2, 3}, new float[0]),
                                new Span(new int[] {4, 5}, new float[] {-2, -2})),
                        1e300)));
        Heartbeats unused = new Heartbeats(null, Heartbeats.PATIENCE, () -> {});
        TrainerActivitiesImpl trainer = new TrainerActivitiesImpl(
                store, folder, unused, Optional.empty(), () -> Launchers.NONE, Host.of(Devices.CPU), SnapshotPace::of);

        assertThatThrownBy(() -> trainer.train(iteration, episodes, new SilentProgress()))
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo("TRAINING_DIVERGED");
                    assertThat(failure.isNonRetryable()).isTrue();
                    assertThat(failure.getOriginalMessage())
                            .contains("the weights are as before", "learningRate is 0.25")
                            .doesNotContain("\n");
                });
        assertThat(store.list("snapshots/")).isEmpty();
    }
}
