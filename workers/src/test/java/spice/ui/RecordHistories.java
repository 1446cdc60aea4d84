package spice.ui;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.workflows.RunProgress;
import spice.workflows.RunReport;
import spice.workflows.TaskQueues;

/// Not a test: records a history of each scenario on the real server, which every later version replays in its tests.
/// `infra/record-histories` runs it. What was recorded before is never overwritten: it is what runs of that version
/// have on some server.
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
        try {
            run.getResult(RunReport.class);
        } catch (WorkflowFailedException e) {
            keep(stack, "SelfPlayRun", "abort", "abort");
        }
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
        night.getResult(RunReport.class);
        keep(stack, "Nightly", "nightly", "nightly");
        keep(stack, "SelfPlayRun", "nightly", "night");
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
