package spice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import io.temporal.worker.WorkerFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.activities.ScheduleActivitiesImpl;
import spice.local.TestTemporal;
import spice.runs.RunProgress;
import spice.runs.RunReport;
import spice.runs.SpiceSearchAttributes;
import spice.temporal.ScheduleLine;
import spice.temporal.TemporalConnection;
import spice.workflows.ScriptedActivities;

/// The commands that steer runs and schedules, each as its own process, on the real Temporal server with the real
/// workflows; only the steps are scripted.
class CommandsTest {
    @TempDir
    static Path folder;

    private static TestTemporal temporal;
    private static TemporalConnection connection;
    private static ScriptedActivities steps;
    private static WorkerFactory workers;

    @BeforeAll
    static void start() throws Exception {
        temporal = TestTemporal.start(folder.resolve("temporal"), SpiceSearchAttributes.ALL, List.of());
        connection = ScriptedWorkers.connect(temporal);
        steps = new ScriptedActivities();
        steps.nextStart = new ScheduleActivitiesImpl(connection.client())::nextStart;
        workers = ScriptedWorkers.start(connection.client(), steps);
    }

    @AfterAll
    static void stop() {
        workers.shutdownNow();
        connection.close();
        temporal.close();
    }

    @BeforeEach
    void repair() {
        steps.isBroken = _ -> false;
        steps.whileTraining = _ -> {};
    }

    private static String spice(String... arguments) throws Exception {
        return new SpiceProcess(folder, temporal.address()).says(arguments);
    }

    private static WorkflowStub run(String lineage) {
        return connection.client().newUntypedWorkflowStub(lineage);
    }

    private static RunReport result(String lineage) {
        return run(lineage).getResult(RunReport.class);
    }

    private static void await(String lineage, String state) throws InterruptedException {
        while (!run(lineage).query("progress", RunProgress.class).state().equals(state)) {
            Thread.sleep(50);
        }
    }

    @Test
    void aRunIsPausedChangedResumedAndStopped() throws Exception {
        CountDownLatch training = new CountDownLatch(1);
        CountDownLatch trained = new CountDownLatch(1);
        steps.whileTraining = _ -> {
            training.countDown();
            awaitWithoutFail(trained);
        };
        assertThat(spice("run", "--lineage", "mine", "--iterations", "5", "--detach"))
                .isEqualTo("0 Run              mine\nstarted mine\n");
        training.await();
        assertThat(spice("pause", "mine")).isEqualTo("0 mine: no iteration begins until `resume`\n");
        trained.countDown();
        await("mine", "paused");

        assertThat(spice("set", "mine", "learningRate=0.0001"))
                .isEqualTo("0 mine: learningRate 1.0E-4 holds from iteration 2\n");
        assertThat(spice("stop-after", "mine", "2")).isEqualTo("0 mine: the run ends after iteration 2\n");
        assertThat(spice("resume", "mine")).isEqualTo("0 mine: the run goes on\n");

        assertThat(result("mine").checkpoint().iteration()).isEqualTo(2);
        assertThat(steps.changes).contains("learningRate 1.0E-4 from iteration 2");
    }

    private static void awaitWithoutFail(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aFailedIterationIsTakenAgainAndAnotherSkipped() throws Exception {
        // Each failing iteration passes once a permit has been released for it.
        Semaphore repaired = new Semaphore(0);
        steps.isBroken = iteration ->
                iteration.run().lineage().equals("broken") && iteration.number() >= 2 && !repaired.tryAcquire();
        assertThat(spice("run", "--lineage", "broken", "--iterations", "3", "--detach"))
                .isEqualTo("0 Run              broken\nstarted broken\n");
        await("broken", RunProgress.NEEDS_ATTENTION);
        repaired.release();
        assertThat(spice("retry", "broken", "--fresh", "--set", "groupSize=4"))
                .isEqualTo("0 broken: it is taken again with fresh seeds\n");
        awaitTrouble("broken", "iteration 3");
        assertThat(spice("skip", "broken", "--reason", "bad documents"))
                .isEqualTo("0 broken: the run goes on without it\n");

        assertThat(result("broken").checkpoint().iteration()).isEqualTo(3);
        assertThat(steps.calls).contains("skip 3: bad documents");
        assertThat(steps.changes)
                .contains("groupSize 4 from iteration 2")
                .anyMatch(change -> change.matches("fresh seed \\d+ from iteration 2"));
    }

    private static void awaitTrouble(String lineage, String words) throws InterruptedException {
        while (run(lineage)
                .query("progress", RunProgress.class)
                .trouble()
                .filter(trouble -> trouble.message().contains(words))
                .isEmpty()) {
            Thread.sleep(50);
        }
    }

    @Test
    void aRunIsAborted() throws Exception {
        steps.isBroken = iteration -> iteration.run().lineage().equals("wrong");
        assertThat(spice("run", "--lineage", "wrong", "--iterations", "1", "--detach"))
                .isEqualTo("0 Run              wrong\nstarted wrong\n");
        await("wrong", RunProgress.NEEDS_ATTENTION);
        assertThat(spice("abort", "wrong", "--reason", "wrong corpus"))
                .isEqualTo("0 wrong: the run ends; the lineage can be continued from its last checkpoint\n");
        assertThatThrownBy(() -> result("wrong")).cause().isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
            assertThat(failure.getType()).isEqualTo("ABORTED");
            assertThat(failure.getOriginalMessage()).isEqualTo("wrong corpus");
        });
    }

    @Test
    void aLineageIsForkedAndContinued() throws Exception {
        assertThat(spice(
                        "fork",
                        "some@12",
                        "--lineage",
                        "gentler",
                        "--set",
                        "learningRate=1e-4",
                        "--iterations",
                        "1",
                        "--detach"))
                .isEqualTo("0 Run              gentler\nstarted gentler\n");
        assertThat(result("gentler").run().start().lineage()).isEqualTo("some");
        assertThat(result("gentler").checkpoint().iteration()).isEqualTo(13);

        assertThat(spice("run", "--lineage", "gentler", "--continue", "--iterations", "1", "--detach"))
                .isEqualTo("0 Run              gentler\nstarted gentler\n");
        result("gentler");
        assertThat(steps.calls).contains("open gentler from some@12", "open gentler from last");
    }

    private static long nights() {
        return steps.calls.stream()
                .filter("open nights from last-or-base"::equals)
                .count();
    }

    private static void awaitNights(long count) throws InterruptedException {
        while (nights() < count) {
            Thread.sleep(50);
        }
    }

    @Test
    void aScheduleIsListedTriggeredPausedResumedBackfilledAndDeleted() throws Exception {
        assertThat(spice("schedule", "list")).isEqualTo("0 no schedules yet; make one with `spice schedule create`\n");
        assertThat(spice("schedule", "create", "nightly", "--lineage", "nights", "--every", "24h", "--iterations", "1"))
                .startsWith("0 schedule nightly · next start ")
                .contains(" · 0 started, 0 skipped");

        assertThat(spice("schedule", "trigger", "nightly")).startsWith("0 schedule nightly · next start ");
        awaitNights(1);
        result("nights");
        assertThat(spice("schedule", "pause", "nightly", "--reason", "the corpus is being moved"))
                .startsWith("0 schedule nightly · paused (the corpus is being moved) · ");
        assertThat(spice("schedule", "resume", "nightly")).startsWith("0 schedule nightly · next start ");
        // Two midnights.
        assertThat(spice(
                        "schedule",
                        "backfill",
                        "nightly",
                        "--from",
                        "2026-11-19T12:00:00Z",
                        "--to",
                        "2026-11-21T12:00:00Z"))
                .startsWith("0 schedule nightly · next start ");
        awaitNights(3);
        while (!ScheduleLine.of(connection, "nightly").contains(" completed · 3 started, 0 skipped")) {
            Thread.sleep(50);
        }
        assertThat(spice("schedule", "list"))
                .startsWith("0 schedule nightly · next start ")
                .endsWith(" completed · 3 started, 0 skipped as the one before still ran, 0 missed\n");

        assertThat(spice("schedule", "delete", "nightly")).isEqualTo("0 schedule nightly is deleted\n");
        assertThat(ScheduleLine.all(connection)).isEmpty();
    }
}
