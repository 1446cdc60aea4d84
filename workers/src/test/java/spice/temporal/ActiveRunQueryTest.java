package spice.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.schedules.Schedule;
import io.temporal.client.schedules.ScheduleActionStartWorkflow;
import io.temporal.client.schedules.ScheduleOptions;
import io.temporal.client.schedules.ScheduleSpec;
import io.temporal.client.schedules.ScheduleState;
import io.temporal.worker.WorkerFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.checkpoints.WrittenLineage;
import spice.cli.ScriptedWorkers;
import spice.local.TestTemporal;
import spice.program.UserError;
import spice.runs.CheckpointRef;
import spice.runs.RunReport;
import spice.runs.SpiceSearchAttributes;
import spice.settings.StartFrom;
import spice.store.BlobRef;
import spice.store.InMemoryBlobStore;
import spice.store.Json;
import spice.store.MovedClock;
import spice.upkeep.ActiveRuns;
import spice.upkeep.GarbageCollection;
import spice.upkeep.Retention;
import spice.upkeep.StoreUser;
import spice.workflows.ScriptedActivities;

/// What the real server says about active runs and schedules, and what garbage collection removes beside them.
class ActiveRunQueryTest {
    @TempDir
    Path folder;

    private final ScriptedActivities steps = new ScriptedActivities();
    private TestTemporal temporal;
    private TemporalConnection connection;
    private WorkerFactory workers;

    @BeforeEach
    void start() throws Exception {
        temporal = TestTemporal.start(folder, SpiceSearchAttributes.ALL, List.of());
        connection = ScriptedWorkers.connect(temporal);
        workers = ScriptedWorkers.start(connection.client(), steps);
    }

    @AfterEach
    void stop() {
        workers.shutdownNow();
        connection.close();
        temporal.close();
    }

    @Test
    void aStoreThatAnotherTemporalUsesIsNotCleanedBeforeThatIsAskedToo() {
        InMemoryBlobStore store = new InMemoryBlobStore();
        assertThat(ActiveRunQuery.of(store, List.of(connection)).runs()).isEmpty();
        connection.asUser().note(store);
        connection.asUser().note(store);
        assertThat(StoreUser.of(store)).singleElement().satisfies(user -> {
            assertThat(user.namespace()).isEqualTo(connection.namespace());
            assertThat(user.id()).matches("[0-9a-f-]{36}");
        });
        assertThat(ActiveRunQuery.of(store, List.of(connection)).runs()).isEmpty();

        new StoreUser("another", "127.0.0.1:7233", "default").note(store);

        assertThatThrownBy(() -> ActiveRunQuery.of(store, List.of(connection)))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(
                        "the Temporal at 127.0.0.1:7233, namespace default (id another) uses this store too",
                        "--temporal ADDRESS/NAMESPACE",
                        "--forget another");
    }

    @Test
    void whatRunsAndSchedulesNeedStaysWhileARunGoesOn() throws Exception {
        MovedClock clock = new MovedClock();
        clock.pass(Duration.between(clock.instant(), Instant.now().minus(Duration.ofDays(7))));
        InMemoryBlobStore store = new InMemoryBlobStore(clock);
        Map<String, CheckpointRef> made = write(store, "mine", "other");
        clock.pass(Duration.ofDays(7));

        CountDownLatch second = new CountDownLatch(1);
        steps.whileTraining = iteration -> {
            if (iteration == 2) {
                await(second);
            }
        };
        RunStarter.start(connection, "mine", Json.mapper().createObjectNode().put("iterations", 2));
        schedule("forks", nightly("{\"startFrom\": \"other@2\"}"));
        schedule("goes-on", nightly("{}"));
        schedule("by-hand", started("SelfPlayRun", "{\"startFrom\": \"third@5\"}"));
        schedule("somebody-elses", started("Backup", "{\"startFrom\": \"other@1\"}"));
        schedule("hopeless", started("Nightly", "\"mine\""));

        ActiveRuns.Known live = await(known -> known.scheduled().size() == 2
                && known.runs().stream().anyMatch(run -> run.iteration().equals(OptionalInt.of(1))));
        assertThat(live.runs())
                .extracting(ActiveRuns.LiveRun::lineage, ActiveRuns.LiveRun::iteration)
                .containsExactly(tuple("mine", OptionalInt.of(1)));
        assertThat(live.scheduled())
                .containsExactlyInAnyOrder(new StartFrom.Fork("other", 2), new StartFrom.Fork("third", 5));

        GarbageCollection.Outcome report =
                new GarbageCollection(store, store).run(new Retention(1, 0, false), live, false);

        assertThat(report.retired()).containsExactly(made.get("other 1"));
        assertThat(report.kept())
                .containsEntry(made.get("mine 1"), "live run")
                .containsEntry(made.get("other 2"), "a schedule starts from it")
                .containsEntry(made.get("other 3"), "last of other");

        second.countDown();
        connection.client().newUntypedWorkflowStub("mine").getResult(RunReport.class);
        await(known -> known.runs().isEmpty());
    }

    /// Writes three iterations of each lineage.
    private static Map<String, CheckpointRef> write(InMemoryBlobStore store, String... lineages) {
        Map<String, CheckpointRef> made = new HashMap<>();
        CheckpointRef base = WrittenLineage.base(store);
        for (String lineage : lineages) {
            WrittenLineage line = new WrittenLineage(store, lineage, "0123456789ab");
            BlobRef corpus = line.corpus();
            line.begin(base, base);
            for (int iteration = 1; iteration <= 3; iteration++) {
                made.put("%s %d".formatted(lineage, iteration), line.commit(iteration, corpus));
            }
        }
        return made;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits, since the server's lists lag behind.
    private ActiveRuns.Known await(Predicate<ActiveRuns.Known> isSo) throws InterruptedException {
        while (true) {
            ActiveRuns.Known known = ActiveRunQuery.of(connection);
            if (isSo.test(known)) {
                return known;
            }
            Thread.sleep(50);
        }
    }

    private static Schedule nightly(String settings) throws Exception {
        return NightlySchedule.of(
                "nights",
                (ObjectNode) Json.mapper().readTree(settings),
                NightlySchedule.spec(null, null, "24h"),
                Duration.ofHours(1));
    }

    private static Schedule started(String workflow, String input) throws Exception {
        return Schedule.newBuilder()
                .setAction(ScheduleActionStartWorkflow.newBuilder()
                        .setWorkflowType(workflow)
                        .setArguments(Json.mapper().readTree(input))
                        .setOptions(WorkflowOptions.newBuilder()
                                .setWorkflowId("scheduled")
                                .setTaskQueue("elsewhere")
                                .build())
                        .build())
                .setSpec(ScheduleSpec.newBuilder().build())
                .build();
    }

    /// Creates a paused schedule: the checkpoint that it starts from is needed nevertheless.
    private void schedule(String name, Schedule schedule) {
        connection
                .schedules()
                .createSchedule(
                        name,
                        Schedule.newBuilder(schedule)
                                .setState(ScheduleState.newBuilder()
                                        .setPaused(true)
                                        .build())
                                .build(),
                        ScheduleOptions.newBuilder().build());
    }
}
