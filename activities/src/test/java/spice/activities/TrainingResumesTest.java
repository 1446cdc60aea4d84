package spice.activities;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.launcher.Launchers;
import spice.model.Devices;
import spice.model.TinyModel;
import spice.settings.RunSettings;
import spice.store.BlobRef;
import spice.store.InMemoryBlobStore;
import spice.workflows.IterationRequest;
import spice.workflows.Trained;

/// A training step of six updates that ends in the middle, and is taken again by a worker that knows only the
/// store.
class TrainingResumesTest {
    private static final RunSettings SETTINGS =
            Samples.settings("{\"updateBatch\": 4, \"trainThreads\": 2, \"microBatchTokens\": 60}");
    /// On a clock that stands still a snapshot costs nothing, so that one is always due.
    private static final Function<Duration, SnapshotPace> ALWAYS =
            cost -> new SnapshotPace(() -> 0, 1, Duration.ZERO, Duration.ZERO);

    @TempDir
    Path folder;

    private final InMemoryBlobStore store = new InMemoryBlobStore();
    private Path model;

    @BeforeEach
    void createModel() {
        model = Steppable.model(folder.resolve("model"), TinyModel.config());
    }

    private Trained train(InMemoryBlobStore into, Progress progress, Function<Duration, SnapshotPace> pace) {
        IterationRequest iteration = Steppable.iteration(into, model, SETTINGS);
        BlobRef episodes = Steppable.episodes(into, 24, 20, TinyModel.config().vocabularySize());
        Heartbeats unused = new Heartbeats(null, Heartbeats.PATIENCE, () -> {});
        return new TrainerActivitiesImpl(
                        into, folder, unused, Optional.empty(), () -> Launchers.NONE, Host.of(Devices.CPU), pace)
                .train(iteration, episodes, progress);
    }

    /// Notes the updates that are begun, and ends with the first of these words.
    private static final class Diary extends SilentProgress {
        private final List<String> updates = new ArrayList<>();
        private final String last;
        private int stopsAfter = Integer.MAX_VALUE;

        Diary(String last) {
            this.last = last;
        }

        @Override
        public void now(String what) {
            if (what.startsWith("update")) {
                updates.add(what.substring("update ".length(), what.indexOf(" of")));
            }
            if (what.equals(last)) {
                throw new IllegalStateException("killed at " + what);
            }
        }

        @Override
        public boolean isStopping() {
            return updates.size() >= stopsAfter;
        }
    }

    @Test
    void fromItsNewestSnapshotToTheSameBytes() {
        BlobRef undisturbed = train(new InMemoryBlobStore(), new Diary("never"), SnapshotPace::of)
                .state();

        assertThatThrownBy(() -> train(store, new Diary("update 5 of 6"), ALWAYS))
                .hasMessage("killed at update 5 of 6");
        Diary again = new Diary("never");
        Trained resumed = train(store, again, ALWAYS);

        assertThat(again.updates).containsExactly("5", "6");
        assertThat(resumed.state()).isEqualTo(undisturbed);
        assertThat(resumed.updates()).isEqualTo(6);
    }

    @Test
    void fromTheOneBeforeIfTheNewestIsDamaged() {
        BlobRef undisturbed = train(new InMemoryBlobStore(), new Diary("never"), SnapshotPace::of)
                .state();
        assertThatThrownBy(() -> train(store, new Diary("update 4 of 6"), ALWAYS))
                .isNotNull();
        List<String> snapshots = store.list("snapshots/");
        assertThat(snapshots).hasSize(3).allMatch(name -> name.matches("snapshots/train/v2/[0-9a-f]{64}/0000000[123]"));
        String lost = snapshots.getLast().replaceFirst("3$", "4");
        store.create(lost, """
                {"files": {"config.json": {"sha256": "%s", "bytes": 5}}, "optimizer": {"sha256": "%1$s", "bytes": 5},
                 "logProbs": {"sha256": "%1$s", "bytes": 5}, "reports": []}
                """.formatted("0".repeat(64)).getBytes(UTF_8));

        Diary again = new Diary("never");
        assertThat(train(store, again, SnapshotPace::of).state()).isEqualTo(undisturbed);
        assertThat(again.updates).containsExactly("4", "5", "6");
    }

    @Test
    void aStepShorterThanASnapshotIsWorthLeavesNone() {
        train(store, new Diary("never"), SnapshotPace::of);
        assertThat(store.list("snapshots/")).isEmpty();
    }

    @Test
    void aStoppedWorkerLeavesOneBeforeItHandsOver() {
        Diary stopped = new Diary("update 4 of 6");
        stopped.stopsAfter = 3;
        Function<Duration, SnapshotPace> usual =
                cost -> new SnapshotPace(System::nanoTime, 0.05, Duration.ofHours(1), Duration.ZERO);
        assertThatThrownBy(() -> train(store, stopped, usual)).isNotNull();

        Diary again = new Diary("never");
        train(store, again, SnapshotPace::of);
        assertThat(again.updates).containsExactly("4", "5", "6");
    }
}
