package spice.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.grpc.StatusRuntimeException;
import io.temporal.client.schedules.ScheduleOptions;
import io.temporal.failure.ApplicationFailure;
import io.temporal.worker.WorkerFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import spice.activities.ScheduleActivitiesImpl;
import spice.cli.ScriptedWorkers;
import spice.local.TestTemporal;
import spice.runs.SpiceSearchAttributes;
import spice.store.Json;
import spice.workflows.ScriptedActivities;

/// Schedules with intervals of a few seconds, on the real server.
class NightlyScheduleTest {
    @TempDir
    static Path folder;

    private static final ScriptedActivities ACTIVITIES = new ScriptedActivities();
    private static TestTemporal temporal;
    private static TemporalConnection connection;
    private static WorkerFactory workers;

    /// The test's own lineage; its schedule has the same name.
    private String lineage = "";

    @BeforeAll
    static void start() throws Exception {
        temporal = TestTemporal.start(folder, SpiceSearchAttributes.ALL, List.of());
        connection = ScriptedWorkers.connect(temporal);
        ACTIVITIES.nextStart = new ScheduleActivitiesImpl(connection.client())::nextStart;
        workers = ScriptedWorkers.start(connection.client(), ACTIVITIES);
    }

    @AfterAll
    static void stop() {
        workers.shutdownNow();
        connection.close();
        temporal.close();
    }

    @BeforeEach
    void name(TestInfo test) {
        lineage = test.getTestMethod().orElseThrow().getName();
    }

    @AfterEach
    void repair() {
        connection.schedules().getHandle(lineage).delete();
        ACTIVITIES.isBroken = _ -> false;
        ACTIVITIES.whileTraining = _ -> {};
    }

    private void scheduleEvery(String pause) {
        ObjectNode settings = Json.mapper().createObjectNode().put("iterations", 1);
        connection
                .schedules()
                .createSchedule(
                        lineage,
                        NightlySchedule.of(
                                lineage, settings, NightlySchedule.spec(null, null, pause), Duration.ofHours(1)),
                        ScheduleOptions.newBuilder().build());
    }

    private long nights() {
        return ACTIVITIES.calls.stream()
                .filter("open %s from last-or-base".formatted(lineage)::equals)
                .count();
    }

    private void awaitNights(long count) throws InterruptedException {
        while (nights() < count) {
            Thread.sleep(100);
        }
    }

    @Test
    void nightsFollowEachOtherThroughARestartOfTheServer() throws Exception {
        scheduleEvery("3s");
        awaitNights(2);
        temporal.restart();
        awaitNights(nights() + 2);
        assertThat(ScheduleLine.of(connection, lineage)).startsWith("schedule %s · next start ".formatted(lineage));
    }

    @Test
    void nightsAreSkippedWhileSomebodyRunsTheLineageByHand() throws Exception {
        CountDownLatch byHand = new CountDownLatch(1);
        ACTIVITIES.whileTraining = _ -> {
            try {
                byHand.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        RunStarter.start(connection, lineage, Json.mapper().createObjectNode().put("iterations", 1));
        scheduleEvery("3s");
        String line = awaitLine("last start [^·]* skipped: .*[2-9] started");
        assertThat(line)
                .contains("skipped: lineage %1$s is being run already, by the workflow %1$s; see `spice status`."
                        .formatted(lineage))
                .doesNotContain("paused");
        assertThat(nights()).isZero();

        byHand.countDown();
        awaitNights(1);
        assertThat(awaitLine("last start [^·]* completed")).doesNotContain("paused");
    }

    private String awaitLine(String pattern) throws InterruptedException {
        while (true) {
            try {
                String line = ScheduleLine.of(connection, lineage);
                if (Pattern.compile(pattern).matcher(line).find()) {
                    return line;
                }
            } catch (StatusRuntimeException e) {
                // On a busy machine the server is asked again.
            }
            Thread.sleep(100);
        }
    }

    /// The next start is less than an hour away, so a failed iteration does not wait for a person.
    @Test
    void aFailedNightPausesTheSchedule() throws Exception {
        ACTIVITIES.isBroken = iteration -> iteration.run().lineage().equals(lineage);
        scheduleEvery("3s");
        String line = awaitLine("paused");
        assertThat(nights()).isEqualTo(1);
        assertThat(line).contains("1 started").doesNotContain(", 0 skipped");
        assertThatThrownBy(() ->
                        connection.client().newUntypedWorkflowStub(lineage).getResult(Object.class))
                .cause()
                .isInstanceOfSatisfying(
                        ApplicationFailure.class,
                        failure -> assertThat(failure.getType()).isEqualTo("UNATTENDED"));
    }
}
