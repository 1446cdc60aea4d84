package spice.workers;

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.activities.ScheduleActivitiesImpl;
import spice.local.TestTemporal;
import spice.store.Json;
import spice.workflows.ScriptedActivities;
import spice.workflows.SpiceSearchAttributes;

/// Schedules of a few seconds on the real server.
class NightlyScheduleTest {
    @TempDir
    Path folder;

    private TestTemporal temporal;
    private TemporalConnection connection;
    private ScriptedActivities activities;
    private WorkerFactory workers;

    @BeforeEach
    void start() throws Exception {
        temporal = TestTemporal.start(folder, SpiceSearchAttributes.ALL, List.of());
        connection = ScriptedWorkers.connect(temporal);
        activities = new ScriptedActivities();
        activities.nextStart = new ScheduleActivitiesImpl(connection.client())::nextStart;
        workers = ScriptedWorkers.start(connection.client(), activities);
    }

    @AfterEach
    void stop() {
        workers.shutdownNow();
        connection.close();
        temporal.close();
    }

    private void schedule(String lineage, String every) {
        ObjectNode settings = Json.mapper().createObjectNode().put("iterations", 1);
        connection
                .schedules()
                .createSchedule(
                        "night",
                        NightlySchedule.of(
                                lineage, settings, NightlySchedule.spec(null, null, every), Duration.ofHours(1)),
                        ScheduleOptions.newBuilder().build());
    }

    private long nights() {
        return activities.calls.stream()
                .filter("open mine from last-or-base"::equals)
                .count();
    }

    private void awaitNights(long count) throws InterruptedException {
        while (nights() < count) {
            Thread.sleep(100);
        }
    }

    @Test
    void nightsFollowEachOtherThroughARestartOfTheServer() throws Exception {
        schedule("mine", "3s");
        awaitNights(2);
        temporal.restart();
        awaitNights(nights() + 2);
        assertThat(ScheduleLine.of(connection, "night")).startsWith("schedule night · next start ");
    }

    @Test
    void nightsAreSkippedWhileSomebodyRunsTheLineageByHand() throws Exception {
        CountDownLatch byHand = new CountDownLatch(1);
        activities.whileTraining = _ -> {
            try {
                byHand.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        Runs.start(connection, "mine", Json.mapper().createObjectNode().put("iterations", 1));
        schedule("mine", "3s");
        String line = awaitLine("last start [^·]* skipped: .*[2-9] started");
        assertThat(line)
                .contains("skipped: lineage mine is being run already, by the workflow mine; see `spice status`.")
                .doesNotContain("paused");
        assertThat(nights()).isZero();

        byHand.countDown();
        awaitNights(1);
        assertThat(awaitLine("last start [^·]* completed")).doesNotContain("paused");
    }

    private String awaitLine(String pattern) throws InterruptedException {
        while (true) {
            try {
                String line = ScheduleLine.of(connection, "night");
                if (Pattern.compile(pattern).matcher(line).find()) {
                    return line;
                }
            } catch (StatusRuntimeException e) {
                // A busy machine's server is asked again.
            }
            Thread.sleep(100);
        }
    }

    /// The next start is less than an hour away, so a failed iteration waits for nobody.
    @Test
    void aFailedNightPausesTheSchedule() throws Exception {
        activities.isBroken = _ -> true;
        schedule("mine", "3s");
        String line = awaitLine("paused");
        assertThat(nights()).isEqualTo(1);
        assertThat(line).contains("1 started").doesNotContain(", 0 skipped");
        assertThatThrownBy(
                        () -> connection.client().newUntypedWorkflowStub("mine").getResult(Object.class))
                .cause()
                .isInstanceOfSatisfying(
                        ApplicationFailure.class,
                        failure -> assertThat(failure.getType()).isEqualTo("UNATTENDED"));
    }
}
