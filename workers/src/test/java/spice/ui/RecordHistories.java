package spice.ui;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowTargetOptions;
import io.temporal.client.schedules.ScheduleOptions;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.runs.RunProgress;
import spice.store.Json;
import spice.temporal.NightlySchedule;
import spice.workflows.Nightly.NightReport;
import spice.workflows.TaskQueues;

/// Not a test: records a history of each scenario on the real server. The tests of every later version replay them.
/// `infra/record-histories` runs it. It never overwrites a recorded history: runs of that version have such
/// histories on some server.
class RecordHistories {
    private static final Path FOLDER = Path.of("..", "workflows", "src", "test", "resources", "histories")
            .toAbsolutePath()
            .normalize();

    @TempDir
    private Path folder;

    @Test
    void record() throws Exception {
        Files.createDirectories(FOLDER);
        try (ScriptedStack stack = ScriptedStack.start(folder)) {
            plain(stack);
            retry(stack);
            skip(stack);
            abort(stack);
            pause(stack);
            settings(stack);
            fork(stack);
            continueAsNew(stack);
            reset(stack);
            nightly(stack);
            unattended(stack);
            cancel(stack);
            affinity(stack);
            scheduled(stack);
            busy(stack);
            opening(stack);
            meanwhile(stack);
            collapsed(stack);
            withoutTasks(stack);
            launched(stack);
        }
    }

    private static void plain(ScriptedStack stack) throws IOException {
        stack.start("plain", Map.of("iterations", 2, "poseLanes", 2));
        stack.result("plain");
        keep(stack, "SelfPlayRun", "plain", "plain");
        keep(stack, "SelfPlayIteration", "plain", "plain/iteration-1");
    }

    private static WorkflowStub broken(ScriptedStack stack, String run) throws InterruptedException {
        stack.breakTraining(run, 2);
        WorkflowStub stub = stack.start(run, Map.of("iterations", 2));
        stack.await(run, RunProgress.NEEDS_ATTENTION);
        stack.repair();
        return stub;
    }

    private static void retry(ScriptedStack stack) throws Exception {
        broken(stack, "retry").update("retryIteration", String.class, Map.of("fresh", true));
        stack.result("retry");
        keep(stack, "SelfPlayRun", "retry", "retry");
        keep(stack, "SelfPlayIteration", "retry", "retry/iteration-2");
    }

    private static void skip(ScriptedStack stack) throws Exception {
        broken(stack, "skip").update("skipIteration", String.class, "bad documents");
        stack.result("skip");
        keep(stack, "SelfPlayRun", "skip", "skip");
    }

    private static void abort(ScriptedStack stack) throws Exception {
        WorkflowStub run = broken(stack, "abort");
        run.update("abort", String.class, "wrong corpus");
        fails(run);
        keep(stack, "SelfPlayRun", "abort", "abort");
    }

    private static void pause(ScriptedStack stack) throws Exception {
        stack.holdTraining();
        WorkflowStub run = stack.start("pause", Map.of("iterations", 2));
        stack.awaitChild("pause/iteration-1");
        run.update("pause", String.class);
        stack.repair();
        stack.await("pause", "paused");
        run.update("resume", String.class);
        stack.result("pause");
        keep(stack, "SelfPlayRun", "pause", "pause");
    }

    private static void settings(ScriptedStack stack) throws Exception {
        stack.holdTraining();
        WorkflowStub run = stack.start("settings", Map.of("iterations", 4));
        stack.awaitChild("settings/iteration-1");
        run.update("setLearningRate", String.class, 1e-4);
        run.update("changeSettings", String.class, Map.of("heartbeatSeconds", 60));
        run.update("stopAfterIteration", String.class, 2);
        stack.repair();
        stack.result("settings");
        keep(stack, "SelfPlayRun", "settings", "settings");
    }

    private static void fork(ScriptedStack stack) throws IOException {
        stack.start("fork", Map.of("iterations", 1, "startFrom", "plain@2"));
        stack.result("fork");
        keep(stack, "SelfPlayRun", "fork", "fork");
    }

    private static void continueAsNew(ScriptedStack stack) throws IOException {
        WorkflowExecution first = stack.start("long", Map.of("iterations", 8)).getExecution();
        stack.result("long");
        assertThat(stack.newest("long")).isNotEqualTo(first);
        keep(stack, "SelfPlayRun", "continue-as-new", first);
        keep(stack, "SelfPlayRun", "continued", "long");
    }

    private static void reset(ScriptedStack stack) throws Exception {
        stack.holdTraining();
        WorkflowExecution run = stack.start("reset", Map.of("iterations", 1)).getExecution();
        stack.awaitChild("reset/iteration-1");
        stack.reset(run, stack.taskThatBegan(run, 1));
        stack.repair();
        stack.result("reset");
        keep(stack, "SelfPlayRun", "reset", "reset");
    }

    private static void nightly(ScriptedStack stack) throws IOException {
        WorkflowStub night = stack.client.newUntypedWorkflowStub(
                "Nightly",
                WorkflowOptions.newBuilder()
                        .setTaskQueue(TaskQueues.RUNS)
                        .setWorkflowId("nightly")
                        .build());
        night.start(Map.of("lineage", "night", "settings", Map.of("iterations", 1)));
        night.getResult(NightReport.class);
        keep(stack, "Nightly", "nightly", "nightly");
        keep(stack, "SelfPlayRun", "nightly", "night");
    }

    /// Nobody decides within the eighteen seconds that the run waits.
    private static void unattended(ScriptedStack stack) throws IOException {
        stack.breakTraining("unattended", 2);
        fails(stack.start("unattended", Map.of("iterations", 2, "attentionHours", 0.005)));
        stack.repair();
        keep(stack, "SelfPlayRun", "unattended", "unattended");
    }

    private static void cancel(ScriptedStack stack) throws Exception {
        stack.holdTraining();
        WorkflowStub run = stack.start("cancel", Map.of("iterations", 2));
        stack.awaitPending("cancel/iteration-1", "Train");
        run.cancel();
        fails(run);
        fails(stack.client.newUntypedWorkflowStub("cancel/iteration-1"));
        stack.repair();
        keep(stack, "SelfPlayRun", "cancel", "cancel");
        keep(stack, "SelfPlayIteration", "cancel", "cancel/iteration-1");
    }

    /// The worker that holds the checkpoint is gone.
    private static void affinity(ScriptedStack stack) throws IOException {
        stack.activities.sampler = Optional.of(TaskQueues.sampleAt("gone"));
        stack.start("affinity", Map.of("iterations", 2, "poseLanes", 2));
        stack.result("affinity");
        stack.activities.sampler = Optional.empty();
        keep(stack, "SelfPlayIteration", "warm-worker-gone", "affinity/iteration-2");
    }

    private static void scheduled(ScriptedStack stack) throws Exception {
        stack.activities.nextStart =
                _ -> Optional.of(Instant.now().plus(Duration.ofHours(24)).toEpochMilli());
        stack.schedules()
                .createSchedule(
                        "each-night",
                        NightlySchedule.of(
                                "scheduled",
                                Json.mapper().createObjectNode().put("iterations", 1),
                                NightlySchedule.spec(null, null, "24h"),
                                Duration.ofHours(1)),
                        ScheduleOptions.newBuilder().build());
        stack.schedules().getHandle("each-night").trigger();
        stack.awaitChild("scheduled");
        stack.result("scheduled");
        WorkflowExecution night = stack.lastStart("each-night");
        stack.client
                .newUntypedWorkflowStub(WorkflowTargetOptions.newBuilder()
                        .setWorkflowExecution(night)
                        .build())
                .getResult(NightReport.class);
        keep(stack, "Nightly", "scheduled", night);
        keep(stack, "SelfPlayRun", "scheduled", "scheduled");
    }

    private static void busy(ScriptedStack stack) throws Exception {
        stack.holdTraining();
        stack.start("busy", Map.of("iterations", 1));
        stack.await("busy", "iterating");
        WorkflowStub night = stack.client.newUntypedWorkflowStub(
                "Nightly",
                WorkflowOptions.newBuilder()
                        .setTaskQueue(TaskQueues.RUNS)
                        .setWorkflowId("busy-night")
                        .build());
        night.start(Map.of("lineage", "busy", "settings", Map.of("iterations", 1)));
        night.getResult(NightReport.class);
        stack.repair();
        stack.result("busy");
        keep(stack, "Nightly", "skipped", "busy-night");
    }

    private static void opening(ScriptedStack stack) throws Exception {
        stack.activities.whileIngesting = () -> {
            throw ApplicationFailure.newNonRetryableFailure("S3 cannot be reached", "spice.store.StoreException");
        };
        WorkflowStub run = stack.start("opening", Map.of("iterations", 1));
        stack.await("opening", RunProgress.NEEDS_ATTENTION);
        stack.activities.whileIngesting = () -> {};
        run.update("retryIteration", String.class);
        stack.result("opening");
        keep(stack, "SelfPlayRun", "opening-retried", "opening");
    }

    /// Another change is asked for while the store names the branch for the first.
    private static void meanwhile(ScriptedStack stack) throws Exception {
        stack.holdTraining();
        WorkflowStub run = stack.start("meanwhile", Map.of("iterations", 2));
        stack.awaitChild("meanwhile/iteration-1");
        run.update("setLearningRate", String.class, 1e-4);
        stack.activities.whileTurning =
                () -> run.update("changeSettings", String.class, Map.of("heartbeatSeconds", 60));
        stack.repair();
        stack.result("meanwhile");
        stack.activities.whileTurning = () -> {};
        keep(stack, "SelfPlayRun", "meanwhile", "meanwhile");
    }

    /// It was bad luck: with other seeds there are valid tasks.
    private static void collapsed(ScriptedStack stack) throws Exception {
        stack.activities.emptyFrom = 2;
        WorkflowStub run = stack.start("collapsed", Map.of("iterations", 3, "learningRate", 1));
        stack.await("collapsed", RunProgress.NEEDS_ATTENTION);
        stack.activities.emptyFrom = Integer.MAX_VALUE;
        run.update("retryIteration", String.class, Map.of("fresh", true));
        stack.result("collapsed");
        keep(stack, "SelfPlayRun", "collapsed", "collapsed");
    }

    private static void withoutTasks(ScriptedStack stack) throws IOException {
        stack.activities.emptyFrom = 1;
        fails(stack.start("without-tasks", Map.of("iterations", 2)));
        stack.activities.emptyFrom = Integer.MAX_VALUE;
        keep(stack, "SelfPlayRun", "without-tasks", "without-tasks");
    }

    private static void launched(ScriptedStack stack) throws IOException {
        stack.activities.launchers = Set.of("torchrun");
        stack.start("launched", Map.of("iterations", 1, "trainer", "torchrun"));
        stack.result("launched");
        keep(stack, "SelfPlayRun", "launched", "launched");
    }

    private static void fails(WorkflowStub workflow) {
        assertThatThrownBy(() -> workflow.getResult(Object.class)).isInstanceOf(WorkflowFailedException.class);
    }

    private static void keep(ScriptedStack stack, String workflow, String scenario, String id) throws IOException {
        keep(stack, workflow, scenario, stack.newest(id));
    }

    private static void keep(ScriptedStack stack, String workflow, String scenario, WorkflowExecution execution)
            throws IOException {
        Path file = FOLDER.resolve("%s-%s-v%s.json".formatted(workflow, scenario, version()));
        if (!Files.exists(file)) {
            Files.writeString(
                    file,
                    stack.client
                            .fetchHistory(execution.getWorkflowId(), execution.getRunId())
                            .toJson(false));
            System.out.println("recorded " + file.getFileName());
        }
    }

    private static String version() throws IOException {
        Matcher version = Pattern.compile("<artifactId>spice</artifactId>\\s*<version>([^<]+)</version>")
                .matcher(Files.readString(Path.of("..", "pom.xml"), UTF_8));
        assertThat(version.find()).as("the pom says its version").isTrue();
        return version.group(1);
    }
}
