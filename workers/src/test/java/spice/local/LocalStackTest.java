package spice.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.temporal.serviceclient.WorkflowServiceStubs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.cli.SpiceProcess;
import spice.processes.LogFile;
import spice.processes.ProcessMark;
import spice.processes.ProcessPlan;
import spice.program.UserError;
import spice.store.BlobRef;
import spice.store.s3.S3BlobStore;

/// The whole stack with real servers. The programs that run it are processes as well, so that tests can kill them.
class LocalStackTest {
    @TempDir
    Path folder;

    private LocalSettings settings;
    private final List<Process> programs = new ArrayList<>();

    @BeforeEach
    void prepare() {
        settings = TestStacks.settings(folder.resolve("home"), false);
    }

    @AfterEach
    void killAll() {
        List<StackState.Running> running = running();
        programs.forEach(program -> program.destroyForcibly().onExit().join());
        running.forEach(process -> process.mark().find().ifPresent(p -> {
            p.destroyForcibly();
            p.onExit().join();
        }));
    }

    @Test
    void itServesIsFoundByTheNextAndLeavesNothingBehind() throws Exception {
        Path first = program("first");
        awaitLine(first, "started");
        StackState state = StackState.read(settings.stateFile()).orElseThrow();
        assertThat(state.processes()).extracting(StackState.Running::name).containsExactly("s3", "temporal", "worker");

        try (LocalStack found = open(StackProgram.PLAN)) {
            assertThat(found.isOurs()).isFalse();
            assertThat(found.addresses().ui().orElseThrow()).hasPort(settings.uiPort());
            WorkflowServiceStubs stubs = WorkflowServiceStubs.newServiceStubs(
                    found.addresses().temporal().toWorkflowServiceStubsOptions());
            assertThat(stubs.healthCheck().getStatus().name()).isEqualTo("SERVING");
            stubs.shutdownNow();
            try (S3BlobStore store = S3BlobStore.open(found.addresses().s3())) {
                BlobRef ref = store.put("abc".getBytes(UTF_8));
                assertThat(store.get(ref)).isEqualTo("abc".getBytes(UTF_8));
            }
        }
        awaitLine(settings.logs().resolve("worker.log"), "TEMPORAL_ADDRESS 127.0.0.1:" + settings.temporalPort());
        awaitLine(settings.logs().resolve("worker.log"), "AWS_ENDPOINT_URL_S3 http://127.0.0.1:" + settings.s3Port());
        assertThat(state.alive()).hasSize(3);

        SpiceProcess program = new SpiceProcess(folder, "");
        String port = Integer.toString(settings.temporalPort());
        Map<String, String> here = Map.of("SPICE_HOME", settings.home().toString(), "SPICE_TEMPORAL_PORT", port);
        assertThat(program.says(here, "watch", "nobody")).startsWith("2 spice: Temporal knows no run nobody;");
        Path other = folder.resolve("other");
        Map<String, String> there = Map.of("SPICE_HOME", other.toString(), "SPICE_TEMPORAL_PORT", port);
        assertThat(program.says(there, "watch", "nobody"))
                .matches(
                        "2 spice: at 127.0.0.1:%s answers the stack [0-9a-f]{12} in %s, but this command is for the stack in %s; set SPICE_HOME to the former, or .*\n"
                                .formatted(port, settings.home(), other));

        assertThat(new StackView(settings).end()).containsExactly("s3", "temporal", "worker");

        Process supervisor = programs.getFirst();
        assertThat(supervisor.onExit().join().exitValue()).isEqualTo(143);
        assertThat(state.alive()).isEmpty();
        assertThat(settings.stateFile()).doesNotExist();
        assertThat(first).content().contains("the local stack is stopped");
    }

    @Test
    void aWorkerThatDiesIsStartedAgain() throws Exception {
        Path output = program("first");
        awaitLine(output, "started");

        kill("worker");

        awaitLine(output, "worker ended (exit code 137) and is started again");
        assertThat(mark("worker").find()).isPresent();
    }

    @Test
    void whatAKilledProgramLeftRunningIsAdoptedAndTheDeadAreStarted() throws Exception {
        awaitLine(program("first"), "started");
        StackState orphaned = StackState.read(settings.stateFile()).orElseThrow();
        programs.getFirst().destroyForcibly().onExit().join();
        assertThat(orphaned.alive()).hasSize(3);
        ProcessMark s3 = mark("s3");
        end(s3);

        Path second = program("second");

        awaitLine(second, "going on with what a killed program has left running: temporal, worker");
        awaitLine(second, "started");
        assertThat(mark("temporal")).isEqualTo(orphaned.mark("temporal"));
        assertThat(mark("worker")).isEqualTo(orphaned.mark("worker"));
        assertThat(mark("s3")).isNotEqualTo(s3);

        kill("worker");
        awaitLine(
                second, "worker ended (exit code unknown, since another program had started it) and is started again");
        StackState state = StackState.read(settings.stateFile()).orElseThrow();
        programs.getLast().destroy();
        assertThat(programs.getLast().onExit().join().exitValue()).isEqualTo(143);
        assertThat(state.alive()).isEmpty();
        assertThat(orphaned.alive()).isEmpty();
    }

    @Test
    void whatWouldBeStartedOtherwiseNowIsReplaced() throws Exception {
        awaitLine(program("first"), "started");
        StackState orphaned = StackState.read(settings.stateFile()).orElseThrow();
        programs.getFirst().destroyForcibly().onExit().join();
        WorkerPlan other =
                new WorkerPlan("worker", StackProgram.class.getName(), List.of("worker", "otherwise"), "32m");
        List<String> said = new CopyOnWriteArrayList<>();

        try (LocalStack _ = LocalStack.open(
                settings,
                new StackPlan(StackProgram.PLAN.searchAttributes(), List.of(other)),
                TestStacks.environment(),
                said::add)) {
            assertThat(said)
                    .contains("going on with what a killed program has left running: s3, temporal")
                    .anyMatch(line -> line.startsWith("stopping what a killed program") && line.endsWith(": worker"));
            assertThat(orphaned.mark("worker").find()).isEmpty();
            assertThat(mark("worker").find()).isPresent();
        }
        assertThat(orphaned.alive()).isEmpty();
    }

    @Test
    void aLostStackFileLeavesNothingInTheWay() throws Exception {
        awaitLine(program("first"), "started");
        StackState orphaned = StackState.read(settings.stateFile()).orElseThrow();
        programs.getFirst().destroyForcibly().onExit().join();
        Files.writeString(settings.stateFile(), "{\"supervisor\":{\"pid\":1,");

        Path second = program("second");

        awaitLine(second, "stopping what a killed program has left running: s3, temporal, worker");
        awaitLine(second, "started");
        assertThat(orphaned.alive()).isEmpty();
        assertThat(running()).hasSize(3);
    }

    @Test
    void aServerThatIsStuckIsReplaced() throws Exception {
        awaitLine(program("first"), "started");
        ProcessMark stuck = mark("s3");
        programs.getFirst().destroyForcibly().onExit().join();
        assertThat(new ProcessBuilder("kill", "-STOP", Long.toString(stuck.pid()))
                        .start()
                        .waitFor())
                .isZero();

        awaitLine(program("second"), "started");

        assertThat(stuck.find()).isEmpty();
        assertThat(mark("s3").find()).isPresent();
    }

    @Test
    void aServerThatDiesComesBackWithItsData() throws Exception {
        Path output = program("first");
        awaitLine(output, "started");
        BlobRef ref;
        try (LocalStack found = open(StackProgram.PLAN);
                S3BlobStore store = S3BlobStore.open(found.addresses().s3())) {
            ref = store.put("acknowledged".getBytes(UTF_8));
            kill("s3");
            awaitLine(output, "s3 ended (exit code 137) and is started again");
            awaitTwice(settings.logs().resolve("s3.log"), "listens on port");

            assertThat(store.get(ref)).isEqualTo("acknowledged".getBytes(UTF_8));
        }
    }

    @Test
    void aStackWithOtherWorkersIsNotTakenForOurs() throws Exception {
        awaitLine(program("first"), "started");
        WorkerPlan other = new WorkerPlan("worker", StackProgram.class.getName(), List.of("--corpus", "mine"), "32m");

        assertThatThrownBy(() -> open(new StackPlan(Map.of(), List.of(other))))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(
                        "process %d".formatted(programs.getFirst().pid()), "--corpus mine", "SPICE_HOME")
                .hasMessageNotContaining("\n");
        try (LocalStack found = open(new StackPlan(Map.of(), List.of()))) {
            assertThat(found.isOurs()).isFalse();
        }
    }

    @Test
    void aTakenPortStopsTheStartAndLeavesNothingBehind() throws Exception {
        try (ServerSocket _ = new ServerSocket(settings.s3Port(), 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> open(StackProgram.PLAN))
                    .isInstanceOf(UserError.class)
                    .hasMessageContainingAll("port " + settings.s3Port(), "the S3 server", "SPICE_S3_PORT");
        }
        assertThat(running()).isEmpty();
        assertThat(settings.stateFile()).doesNotExist();
    }

    @Test
    void anS3ServerThatDoesNotComeUpIsOneLineWithItsLog() throws Exception {
        Files.createDirectories(settings.home());
        Files.writeString(settings.s3Folder(), "a file where its folder is to be");

        assertThatThrownBy(() -> open(StackProgram.PLAN))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("the S3 server did not come up: ")
                .hasMessageContaining("s3.log")
                .hasMessageNotContaining("\n");
        assertThat(running()).isEmpty();
    }

    @Test
    void aConfiguredServerThatDoesNotAnswerIsOneClearError() {
        Map<String, String> environment = Map.of(
                "PATH", "",
                "TEMPORAL_CONFIG_FILE", "/nonexistent/temporal.toml",
                "TEMPORAL_ADDRESS", "127.0.0.1:" + settings.temporalPort());

        assertThatThrownBy(() -> LocalStack.open(settings, StackProgram.PLAN, environment, _ -> {}))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("127.0.0.1:" + settings.temporalPort(), "TEMPORAL_ADDRESS")
                .hasMessageNotContaining("\n");
    }

    @Test
    void whatKeepsAWorkerFromRunningIsSaidOnceAndMayPass() throws Exception {
        List<String> said = new CopyOnWriteArrayList<>();
        Path obstacle = Files.createFile(folder.resolve("obstacle"));
        WorkerPlan hindered =
                new WorkerPlan("worker", StackProgram.class.getName(), List.of("unless", obstacle.toString()), "32m");
        try (LocalStack _ = LocalStack.open(
                settings, new StackPlan(Map.of(), List.of(hindered)), TestStacks.environment(), said::add)) {
            while (said.stream().noneMatch(line -> line.contains("ends as soon as it is started"))) {
                Thread.sleep(50);
            }
            Files.delete(obstacle);
            while (said.stream().noneMatch(line -> line.equals("worker runs again"))) {
                Thread.sleep(50);
            }
        }
        assertThat(said)
                .filteredOn(line -> line.contains("ends as soon as it is started"))
                .singleElement(as(STRING))
                .contains("exit code 7", "obstacle is in the way", "worker.log");
        assertThat(said)
                .filteredOn(line -> line.endsWith("and is started again"))
                .hasSize(2);
    }

    @Test
    void pausesDoubleUpToAMinute() {
        assertThat(IntStream.of(0, 1, 2, 3, 6, 7, 8, 1000)
                        .mapToLong(lives -> SupervisedProcess.pause(lives).toSeconds()))
                .containsExactly(0L, 1L, 2L, 4L, 32L, 60L, 60L, 60L);
    }

    private LocalStack open(StackPlan plan) throws InterruptedException {
        return LocalStack.open(settings, plan, TestStacks.environment(), _ -> {});
    }

    /// Starts the program.
    ///
    /// @return file with its output
    private Path program(String name) throws IOException {
        Path output = folder.resolve(name + ".out");
        List<String> arguments = List.of(
                settings.home().toString(),
                Integer.toString(settings.temporalPort()),
                Integer.toString(settings.uiPort()),
                Integer.toString(settings.s3Port()));
        programs.add(new ProcessPlan(
                        name,
                        ProcessPlan.java("64m", StackProgram.class.getName(), arguments),
                        Map.of(),
                        new LogFile(output))
                .start());
        return output;
    }

    private static void end(ProcessMark process) {
        ProcessHandle handle = process.find().orElseThrow();
        handle.destroyForcibly();
        handle.onExit().join();
    }

    private static void awaitTwice(Path output, String line) throws Exception {
        while (Files.readString(output).split(Pattern.quote(line), -1).length < 3) {
            Thread.sleep(50);
        }
    }

    /// Kills a process of the stack and waits for its replacement.
    private void kill(String name) throws InterruptedException {
        ProcessMark killed = mark(name);
        killed.find().orElseThrow().destroyForcibly();
        while (mark(name).equals(killed)) {
            Thread.sleep(50);
        }
    }

    private ProcessMark mark(String name) {
        return StackState.read(settings.stateFile()).orElseThrow().mark(name);
    }

    private List<StackState.Running> running() {
        return StackState.read(settings.stateFile()).map(StackState::alive).orElse(List.of());
    }

    private void awaitLine(Path output, String line) throws Exception {
        while (!Files.exists(output) || !Files.readString(output).contains(line)) {
            if (!programs.getLast().isAlive()) {
                assertThat(output).content().contains(line);
            }
            Thread.sleep(50);
        }
    }
}
