package spice.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.PendingActivityState;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.processes.ProcessPlan;
import spice.telemetry.Dashboard;

/// The product as a person runs it, on the real Temporal server and the real S3 process. Its GPU worker is told to
/// stop while it samples and while it trains, and is killed in the middle of a training step.
class EndToEndTest {
    private static final Pattern CHECKPOINT = Pattern.compile("checkpoint: (\\S+) \\(manifest ([0-9a-f]{64})\\)");

    @TempDir
    Path folder;

    private final List<Process> programs = new ArrayList<>();

    @AfterEach
    void stopAll() {
        programs.forEach(program -> {
            program.destroy();
            program.onExit().join();
        });
    }

    @Test
    void aWorkerThatIsStoppedOrKilledChangesNothing() throws Exception {
        Path calm = folder.resolve("calm");
        Process first = demo(calm, TestStacks.settings(calm.resolve("home"), false));
        assertThat(first.waitFor())
                .as("%s", Files.readString(calm.resolve("out")))
                .isZero();

        assertThat(filesWithTheSecret(calm)).containsExactly(Path.of("home", "s3-key"));

        Path disturbed = folder.resolve("disturbed");
        LocalSettings settings = TestStacks.settings(disturbed.resolve("home"), false);
        Process second = demo(disturbed, settings);
        during("Attempt", 1, settings, second, ProcessHandle::destroy);
        during("Train", 1, settings, second, ProcessHandle::destroy);
        during("Train", 2, settings, second, worker -> {
            everyMetricOfTheDashboardIsOffered(settings);
            worker.destroyForcibly();
        });
        assertThat(second.waitFor())
                .as("%s", Files.readString(disturbed.resolve("out")))
                .isZero();

        assertThat(Files.readString(disturbed.resolve("out")))
                .contains("gpu-worker ended (exit code 143)", "gpu-worker ended (exit code 137)");
        assertThat(manifest(disturbed)).isEqualTo(manifest(calm));
    }

    /// The stack has done one iteration, trains in the second, and its workers have been restarted.
    private static void everyMetricOfTheDashboardIsOffered(LocalSettings settings) {
        try {
            assertThat(Dashboard.metrics())
                    .hasSizeGreaterThan(25)
                    .allMatch(Dashboard.scraped(settings.meters())::contains);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Files of a run that contain the secret of the S3 key. All are searched: store, logs, and Temporal's
    /// database, whose histories are not compressed.
    private static List<Path> filesWithTheSecret(Path place) throws IOException {
        byte[] secret = Files.readAllLines(place.resolve("home").resolve("s3-key"))
                .get(1)
                .getBytes(UTF_8);
        List<Path> files;
        try (Stream<Path> all = Files.walk(place)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        List<Path> found = new ArrayList<>();
        for (Path file : files) {
            // In Latin 1 every byte is one character.
            String content = new String(Files.readAllBytes(file), ISO_8859_1);
            if (content.contains(new String(secret, ISO_8859_1))) {
                found.add(place.relativize(file));
            }
        }
        return found;
    }

    private Process demo(Path place, LocalSettings settings) throws IOException {
        Files.createDirectories(settings.home());
        List<String> command = ProcessPlan.java(
                "256m",
                "spice.cli.Spice",
                List.of(
                        "demo",
                        "--lineage",
                        "line",
                        "--iterations",
                        "2",
                        "--set",
                        "passAt=0",
                        "--set",
                        "coEvolutionDocuments=0",
                        "--set",
                        "documentsPerIteration=16",
                        "--set",
                        "heldOutAttempts=1",
                        "--set",
                        "updateBatch=64",
                        "--set",
                        "heartbeatSeconds=5"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(place.resolve("out").toFile());
        builder.environment().putAll(TestStacks.environment());
        builder.environment().put("SPICE_HOME", settings.home().toString());
        builder.environment().put("SPICE_ROOT", settings.root().toString());
        builder.environment().put("SPICE_TEMPORAL_PORT", Integer.toString(settings.temporalPort()));
        builder.environment().put("SPICE_UI_PORT", Integer.toString(settings.uiPort()));
        builder.environment().put("SPICE_S3_PORT", Integer.toString(settings.s3Port()));
        builder.environment().put("SPICE_LIVE_PORT", Integer.toString(settings.livePort()));
        Process program = builder.start();
        programs.add(program);
        return program;
    }

    /// Waits until a step of an iteration is under way, then ends its worker.
    private static void during(
            String step, int iteration, LocalSettings settings, Process demo, Consumer<ProcessHandle> end)
            throws Exception {
        WorkflowServiceStubs stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(settings.temporalAddress())
                .build());
        try {
            while (!isUnderWay(stubs, step, iteration)) {
                assertThat(demo.isAlive())
                        .as("the demo ended before step %s of iteration %d", step, iteration)
                        .isTrue();
                Thread.sleep(20);
            }
        } finally {
            stubs.shutdownNow();
        }
        end.accept(StackState.read(settings.stateFile()).orElseThrow().processes().stream()
                .filter(process -> process.name().equals("gpu-worker"))
                .findFirst()
                .flatMap(process -> process.mark().find())
                .orElseThrow());
    }

    private static boolean isUnderWay(WorkflowServiceStubs stubs, String step, int iteration) {
        try {
            return stubs
                    .blockingStub()
                    .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                            .setNamespace(TemporalServer.NAMESPACE)
                            .setExecution(WorkflowExecution.newBuilder().setWorkflowId("line/iteration-" + iteration))
                            .build())
                    .getPendingActivitiesList()
                    .stream()
                    .anyMatch(activity -> activity.getActivityType().getName().equals(step)
                            && activity.getState() == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED);
        } catch (StatusRuntimeException e) {
            // There is no server or no such iteration yet.
            return false;
        }
    }

    private static String manifest(Path place) throws IOException {
        Matcher checkpoint = CHECKPOINT.matcher(Files.readString(place.resolve("out"), UTF_8));
        assertThat(checkpoint.find()).as("the demo names its checkpoint").isTrue();
        return checkpoint.group(1) + " " + checkpoint.group(2);
    }
}
