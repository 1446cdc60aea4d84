package spice.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.failure.ApplicationFailure;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.launcher.Launchers;
import spice.model.Devices;
import spice.model.TinyModel;
import spice.store.InMemoryBlobStore;
import spice.store.Json;
import spice.workflows.IterationRequest;
import spice.workflows.Trained;

/// A run that goes on from a checkpoint whose adapter is not the one that it asks for.
class AnotherAdapterTest {
    @TempDir
    Path folder;

    private Trained train(InMemoryBlobStore store, Path model, int rank) {
        IterationRequest iteration = Steppable.iteration(
                store,
                model,
                Samples.settings("{\"trainThreads\": 1, \"updateBatch\": 2, \"loraRank\": %d}".formatted(rank)));
        Heartbeats unused = new Heartbeats(null, Heartbeats.PATIENCE, () -> {});
        return new TrainerActivitiesImpl(
                        store,
                        folder,
                        unused,
                        Optional.empty(),
                        () -> Launchers.NONE,
                        Host.of(Devices.CPU),
                        SnapshotPace::of)
                .train(iteration, Steppable.episodes(store, 2, 8, 11), new SilentProgress());
    }

    @Test
    void theRunEndsWithBothNamed() {
        InMemoryBlobStore store = new InMemoryBlobStore();
        Trained first = train(store, Steppable.model(folder.resolve("model"), TinyModel.config()), 2);
        Path adapted = folder.resolve("adapted");
        ModelFiles.fetch(
                store,
                Json.read(store.get(first.state()), TrainedState.class, "state").files(),
                adapted);

        assertThatThrownBy(() -> train(new InMemoryBlobStore(), adapted, 3))
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo("MODEL_UNUSABLE");
                    assertThat(failure.isNonRetryable()).isTrue();
                    assertThat(failure.getOriginalMessage())
                            .contains("has rank 2", "asks for rank 3", "Set loraRank, loraAlpha and loraTargets");
                });
    }
}
