package spice.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.client.WorkflowClientOptions;
import io.temporal.testing.TestActivityEnvironment;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.worker.WorkerFactoryOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import spice.checkpoints.WrittenLineage;
import spice.runs.CheckpointRef;
import spice.runs.CorpusRef;
import spice.runs.IterationRequest;
import spice.runs.OpenedRun;
import spice.runs.Payloads;
import spice.runs.TrainMetrics;
import spice.settings.SettingsReader;
import spice.store.InMemoryBlobStore;
import spice.workflows.CheckpointActivities;
import spice.workflows.JudgeActivities.Scored;
import spice.workflows.ScriptedActivities;
import spice.workflows.TrainerActivities.Trained;

/// What a worker tells a real MLflow server by itself.
class MlflowTrackerTest {
    @RegisterExtension
    static final MlflowServer SERVER = new MlflowServer();

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final InMemoryBlobStore store = new InMemoryBlobStore();
    private final CheckpointRef base = WrittenLineage.base(store);
    private final WrittenLineage mine = new WrittenLineage(store, "mine", "aaaaaaaaaaaa");

    private void commit(int iteration) {
        mine.record(iteration);
        mine.commit(iteration, mine.corpus());
    }

    /// What was there when the worker started, the server being down then; and each commit, as its step ends.
    @Test
    void commitsAreToldAsTheyHappenAndEarlierOnesWhenTheServerIsBack(@TempDir Path folder) throws Exception {
        MlflowSettings settings = new MlflowSettings(SERVER.address(), "spice", Optional.empty());
        mine.begin(base, base);
        commit(1);
        commit(2);
        MlflowTracker tracker = MlflowTracker.start(
                settings,
                store,
                "s3://spice",
                _ -> Optional.of(MlflowStatus.RUNNING),
                _ -> Optional.empty(),
                Clock.systemUTC());
        try (MlflowClient client = new MlflowClient(settings)) {
            SERVER.start(folder);
            awaitSteps(client, List.of(1, 2));
            commit(3);
            commitStepEnds(tracker);
            awaitSteps(client, List.of(1, 2, 3));
        } finally {
            tracker.close();
            SERVER.close();
        }
    }

    /// The step of a real worker with the tracker's interceptor.
    private void commitStepEnds(MlflowTracker tracker) throws Exception {
        TestActivityEnvironment worker = TestActivityEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
                .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build())
                .setWorkerFactoryOptions(WorkerFactoryOptions.newBuilder()
                        .setWorkerInterceptors(tracker.interceptor())
                        .build())
                .build());
        try {
            worker.registerActivitiesImplementations(new ScriptedActivities());
            OpenedRun run = new OpenedRun(
                    "mine",
                    "aaaaaaaaaaaa",
                    base,
                    base,
                    new CorpusRef(ScriptedActivities.blob("corpus"), 10, 40, 0),
                    ScriptedActivities.blob("held-out"));
            IterationRequest third =
                    new IterationRequest(SettingsReader.read("{}"), run, 3, base, List.of(), Optional.empty());
            worker.newActivityStub(CheckpointActivities.class)
                    .commit(
                            third,
                            new Scored(
                                    ScriptedActivities.blob("trajectories"),
                                    ScriptedActivities.blob("scored"),
                                    mine.record(3).metrics().orElseThrow(),
                                    Optional.empty()),
                            new Trained(ScriptedActivities.blob("state"), 3, TrainMetrics.NONE, Optional.empty()),
                            null);
        } finally {
            worker.close();
        }
    }

    private static void awaitSteps(MlflowClient client, List<Integer> steps) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!told(client).equals(steps)) {
            assertThat(System.nanoTime() < deadline)
                    .as("MLflow knows the steps %s", told(client))
                    .isTrue();
            Thread.sleep(100);
        }
    }

    private static List<Integer> told(MlflowClient client) throws Exception {
        List<MlflowRun> runs = client.runs(client.experiment(), "spice.lineage", "mine");
        return runs.isEmpty() ? List.of() : SERVER.steps(runs.getFirst().id(), "iteration/passRate");
    }

    @Test
    void aServerThatIsDownIsAskedLessAndLessOften() {
        assertThat(List.of(0, 1, 2, 6, 60))
                .extracting(MlflowTracker::pause)
                .extracting(Duration::toSeconds)
                .containsExactly(5L, 10L, 20L, 300L, 300L);
    }
}
