package spice.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.temporal.client.WorkflowException;
import io.temporal.envconfig.ClientConfigProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import spice.checkpoints.StoredModel;
import spice.checkpoints.WrittenRun;
import spice.follow.RunEvent;
import spice.follow.RunFollower;
import spice.follow.RunView;
import spice.local.LocalSettings;
import spice.local.TestS3;
import spice.program.ExitCode;
import spice.runs.CheckpointRef;
import spice.runs.IterationMetrics;
import spice.runs.IterationReport;
import spice.runs.RunProgress;
import spice.runs.TrainMetrics;
import spice.store.BlobRef;
import spice.store.s3.S3BlobStore;
import spice.temporal.TemporalConnection;
import spice.ui.ScriptedStack;

/// The commands that show runs, each as its own process, on a real Temporal server and a real S3 process. The runs
/// are real, their steps are scripted; the test writes what the steps would have left in the store.
///
/// | run | how it stands | in the store |
/// |---|---|---|
/// | `mine` | trains in its third iteration | two iterations |
/// | `stuck` | waits for a person after its first one | nothing |
/// | `never` | failed since its settings cannot be used | nothing |
/// | `barren` | failed since three iterations posed no valid task | three iterations |
/// | `alone` | failed since nobody decided in time | nothing |
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunCommandsTest {
    @TempDir
    static Path folder;

    private static final int TRIES = 20;

    private ScriptedStack stack;
    private TestS3 s3;
    private S3BlobStore store;
    private SpiceProcess program;
    private Map<String, String> environment = Map.of();

    @BeforeAll
    void start() throws Exception {
        LocalSettings settings = LocalSettings.from(
                        Map.of("SPICE_HOME", folder.resolve("home").toString(), "SPICE_ROOT", ".."))
                .elsewhere(folder.resolve("home"));
        s3 = TestS3.start(settings);
        store = S3BlobStore.open(settings.s3());
        stack = ScriptedStack.start(folder.resolve("temporal"));
        program = new SpiceProcess(folder, stack.address());
        environment = Map.of("SPICE_S3_PORT", Integer.toString(settings.s3Port()));

        written("barren", 3);
        stack.activities.emptyFrom = 1;
        stack.start("barren", Map.of("iterations", 9));
        awaitFailure("barren");
        stack.activities.emptyFrom = Integer.MAX_VALUE;

        stack.start("never", Map.of("groupSize", 1, "passageTokens", 1));
        stack.activities.isBroken = iteration -> !iteration.run().lineage().equals("mine");
        stack.start("stuck", Map.of("iterations", 2));
        stack.start("alone", Map.of("iterations", 2, "attentionHours", 0.0001));
        awaitFailure("never");
        awaitFailure("alone");
        stack.await("stuck", RunProgress.NEEDS_ATTENTION);

        written("mine", 2);
        stack.holdTraining();
        stack.activities.whileTraining = holdingFrom(stack.activities.whileTraining, 3);
        stack.start("mine", Map.of("iterations", 3));
        stack.await("mine", progress -> progress.iteration() == 2);
    }

    private static IntConsumer holdingFrom(IntConsumer hold, int first) {
        return iteration -> {
            if (iteration >= first) {
                hold.accept(iteration);
            }
        };
    }

    private void written(String lineage, int iterations) {
        WrittenRun run = new WrittenRun(store, lineage, "");
        run.begin();
        BlobRef corpus = run.corpus();
        for (int iteration = 1; iteration <= iterations; iteration++) {
            run.commit(iteration, corpus);
        }
    }

    private void awaitFailure(String run) {
        assertThatExceptionOfType(WorkflowException.class).isThrownBy(() -> stack.result(run));
    }

    @AfterAll
    void stop() {
        stack.repair();
        stack.close();
        store.close();
        s3.close();
    }

    private String spice(String... arguments) throws Exception {
        return spice(Map.of(), arguments);
    }

    private String spice(Map<String, String> more, String... arguments) throws Exception {
        return program.says(with(more), arguments);
    }

    private Map<String, String> with(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(more);
        return all;
    }

    /// Repeats a command until Temporal has answered it: the program waits two seconds only, which may be too short
    /// on a busy machine.
    private String told(Predicate<String> isAnswered, String... arguments) throws Exception {
        for (int tries = 1; ; tries++) {
            String said = spice(arguments);
            if (isAnswered.test(said) || tries == TRIES) {
                return said;
            }
        }
    }

    // ---- spice status ----

    @Test
    void statusSaysHowEachRunStandsAndWhyItDoesNotGoOn() throws Exception {
        assertThat(told(said -> !said.contains("not reachable"), "status").lines())
                .contains(
                        "mine · iterating · iteration 2 · pass rate 0.52, valid 0.90 · checkpoint"
                                + " checkpoints/mine/0123456789ab/00000002",
                        "stuck · NeedsAttention: TRAINING_DIVERGED: iteration 1 failed: the loss is NaN",
                        "never · failed: INVALID_SETTINGS: the run's settings cannot be used: groupSize is 1; give a"
                                + " number from 2 to 1024; passageTokens is 1; give a number from 8 to 1000000")
                .anyMatch(line -> line.endsWith(
                        "barren · failed: NO_VALID_TASKS: 3 iterations in a row posed no valid task on archive/training."
                                + " Refused, of 768 replies: UNREADABLE 78 %, QUOTE_NOT_IN_DOCUMENT 22 %. The nano model"
                                + " can read only ledgers; for these documents take a larger model."
                                + " · iteration 3 · pass rate 0.53, valid 0.90"
                                + " · checkpoint checkpoints/barren/0123456789ab/00000003"))
                .anyMatch(line -> line.startsWith("alone · failed: UNATTENDED: iteration 1 failed: the loss is NaN"));
    }

    @Test
    void statusIsJsonForPrograms() throws Exception {
        Map<String, JsonNode> lines = new ObjectMapper()
                        .readerFor(JsonNode.class)
                        .<JsonNode>readValues(told(said -> !said.contains("not reachable"), "status", "--json")
                                .substring(2))
                        .readAll()
                        .stream()
                        .collect(Collectors.toMap(line -> line.path("run").asText(), Function.identity()));

        // Other tests of this class start further runs.
        assertThat(lines).containsKeys("mine", "stuck", "never", "barren", "alone");
        assertThat(lines.get("mine").path("state").asText()).isEqualTo("iterating");
        assertThat(lines.get("mine").path("iteration").asInt()).isEqualTo(2);
        assertThat(lines.get("mine").path("checkpoint").asText()).isEqualTo("checkpoints/mine/0123456789ab/00000002");
        assertThat(lines.get("mine").path("validShare").asDouble()).isEqualTo(0.9);
        assertThat(lines.get("never").path("checkpoint").isNull()).isTrue();
        assertThat(lines.get("never").path("state").asText()).startsWith("failed: INVALID_SETTINGS: ");
    }

    @Test
    void withoutTemporalStatusSaysWhatTheStoreKnows() throws Exception {
        assertThat(spice(Map.of("TEMPORAL_ADDRESS", "127.0.0.1:1"), "status"))
                .startsWith("0 ")
                .contains("mine · Temporal not reachable · iteration 2 ")
                .doesNotContain("never");
    }

    // ---- spice report ----

    @Test
    void aReportIsWrittenToAFileAndIntoTheStore() throws Exception {
        Path file = folder.resolve("home").resolve("reports").resolve("mine.html");
        assertThat(told(_ -> contains(file, "\"state\":\"iterating\""), "report", "mine"))
                .startsWith("0 report: %s (".formatted(file))
                .contains(" MB, in the store as blob ");
        assertThat(file).content(UTF_8).contains("\"state\":\"iterating\"", "saffron 2 plus 285");
        assertThat(store.list("reports/mine/0123456789ab/00000002/")).isNotEmpty();
    }

    private static boolean contains(Path file, String text) {
        try {
            return Files.exists(file) && Files.readString(file).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aReportOfAnEarlierIterationNeedsNoTemporal() throws Exception {
        Path file = folder.resolve("early").resolve("first.html");
        assertThat(spice(Map.of("TEMPORAL_ADDRESS", "127.0.0.1:1"), "report", "mine@1", "--out", file.toString()))
                .startsWith("0 report: " + file);
        assertThat(file)
                .content(UTF_8)
                .contains("saffron 1 plus 285", "\"standing\":null")
                .doesNotContain("\"iteration\":2");
    }

    @Test
    void theReportOfARunThatFailedBeforeItBeganSaysWhy() throws Exception {
        Path file = folder.resolve("home").resolve("reports").resolve("never.html");
        assertThat(told(said -> said.startsWith("0 "), "report", "never"))
                .isEqualTo("0 report: %s (%.1f MB)\n".formatted(file, Files.size(file) / 1e6));
        assertThat(file)
                .content(UTF_8)
                .contains("INVALID_SETTINGS: the run's settings cannot be used:\\ngroupSize is 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "report nobody          | there is no run nobody in the store; `spice status` lists the runs",
                "report mine@99         | there is no run mine@99 in the store; `spice status` lists the runs and"
                        + " their last iterations",
                "report mine@           | mine@ is neither a run nor LINEAGE@ITERATION",
                "metrics nobody         | there is no run nobody; `spice status` lists the runs",
                "watch nobody           | Temporal knows no run nobody; `spice status` lists the runs",
                "ask --lineage nobody x | there is no lineage nobody; ask one of [barren, mine]",
                "store pin mine@99      | there is no checkpoint mine@99; name one as"
                        + " checkpoints/LINEAGE/BRANCH/ITERATION or LINEAGE@ITERATION"
            })
    void whatIsNotThereIsNamed(String arguments, String said) throws Exception {
        assertThat(spice(arguments.strip().split(" ")))
                .startsWith("2 spice: " + said.strip())
                .hasLineCount(1);
    }

    @Test
    void aReportThatCannotBeWrittenIsNamed() throws Exception {
        String file = Files.createFile(folder.resolve("a-file"))
                .resolve("report.html")
                .toString();
        assertThat(spice("report", "mine", "--out", file))
                .startsWith("1 spice: cannot write %s (".formatted(file))
                .endsWith("; give --out a file that can be written\n");
        assertThat(spice("metrics", "mine", "--out", file)).startsWith("1 spice: cannot write %s (".formatted(file));
    }

    // ---- a model of the store ----

    /// A stored model is named as `spice run --model` named it; only where there is none, a run is not started.
    @Test
    void aModelOfTheStoreIsNamedByItsDigest() throws Exception {
        String model =
                StoredModel.put(store, Path.of("../models/nano"), (_, _) -> {}).orElseThrow();

        // The base works sums out column by column; that a figure comes out is enough here.
        assertThat(spice("ask", "--roles", "nano", "--model", model, "clove 58 plus 67"))
                .containsPattern("^0 [\\d _=]+\nanswer: \\d+\n$");
        assertThat(spice("plan", "--model", model, "-s", "preset=nano", "--memory", "64"))
                .startsWith("0 %s: 0.9 million parameters in 4 layers".formatted(model))
                .contains("a checkpoint takes 10 MB in the store");
        assertThat(spice("run", "--model", model, "--lineage", "stored", "--iterations", "0", "--detach"))
                .isEqualTo("0 Run              stored\nstarted stored\n");
        assertThat(spice("run", "--model", "stored/0123456789ab", "--lineage", "none", "--detach"))
                .isEqualTo(
                        "2 Run              none\nspice: there is no model stored/0123456789ab in the store; `spice run --model"
                                + " FOLDER-OR-S3` puts one there and names it\n");
    }

    // ---- spice watch ----

    /// Nobody can answer a program that writes into a pipe. The last run still seems to wait if the command looks
    /// before the run's end has arrived.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "never  | 2 | spice: INVALID_SETTINGS: the run's settings cannot be used:",
                "barren | 4 | spice: NO_VALID_TASKS: 3 iterations in a row posed no valid task",
                "stuck  | 5 | spice: run stuck waits for a person (TRAINING_DIVERGED)",
                "alone  | 5 | iteration 1 failed: the loss is NaN"
            })
    void howAWatchedRunEndsIsTheExitCode(String run, int exitCode, String said) throws Exception {
        assertThat(spice("watch", run))
                .startsWith(exitCode + " ")
                .contains(said)
                .doesNotContain("\u001b");
    }

    @Test
    void aProgramReadsEventsAndIsNotLeftAlone() throws Exception {
        String said = spice("watch", "barren", "--json");
        assertThat(said).startsWith("4 ");
        List<String> events =
                said.substring(2).lines().filter(line -> line.startsWith("{")).toList();
        JsonNode end = new ObjectMapper().readTree(events.getLast());
        assertThat(end.path("event").asText()).isEqualTo("failure");
        assertThat(end.path("run").asText()).isEqualTo("barren");
        assertThat(end.path("name").asText()).isEqualTo("NO_VALID_TASKS");
    }

    /// `script` gives the command a terminal. The run waits for a person, who reads what to do and aborts it.
    @Test
    void onATerminalTheViewIsDrawn() throws Exception {
        stack.start("drawn", Map.of("iterations", 1));
        stack.await("drawn", RunProgress.NEEDS_ATTENTION);
        String watch = SpiceProcess.command("watch", "drawn").stream()
                .map("'%s'"::formatted)
                .collect(Collectors.joining(" "));
        Path said = folder.resolve("drawn.out");
        Process terminal = program.start(
                with(Map.of("TERM", "xterm", "PATH", System.getenv("PATH"))),
                List.of("script", "-qec", watch, folder.resolve("typescript").toString()),
                said);
        while (!Files.readString(said).contains("[------------------------] 0/1 · NeedsAttention")) {
            assertThat(terminal.isAlive()).as(Files.readString(said)).isTrue();
            Thread.sleep(50);
        }
        stack.client.newUntypedWorkflowStub("drawn").update("abort", String.class, "enough");
        assertThat(terminal.waitFor()).isEqualTo(ExitCode.FAILED);
        assertThat(Files.readString(said))
                .contains(
                        "TRAINING_DIVERGED: iteration 1 failed", "spice retry drawn", "\u001b[?7l", "ABORTED: enough");
    }

    /// Three iterations are committed between two looks; the follower reads all of them from the store.
    @Test
    void whoLooksSeldomSeesEveryIteration() {
        written("fast", 5);
        List<String> shown = new ArrayList<>();
        RunView view = new RunView() {
            @Override
            public void show(RunEvent event) {
                if (event instanceof RunEvent.Iterated iterated) {
                    shown.add("%d, pass rate %.4f"
                            .formatted(
                                    iterated.line().iteration(),
                                    iterated.line()
                                            .metrics()
                                            .orElseThrow()
                                            .passRate()
                                            .orElseThrow()));
                }
            }

            @Override
            public boolean isAnswered() {
                return true;
            }
        };
        ClientConfigProfile profile = ClientConfigProfile.newBuilder()
                .setAddress(stack.address())
                .setNamespace("default")
                .build();
        try (TemporalConnection temporal = TemporalConnection.openAt(profile, "test", Duration.ofSeconds(60))) {
            RunFollower follower = new RunFollower(temporal, "fast", view, Optional.of(store));
            follower.tell(progress(1));
            follower.tell(progress(1));
            follower.tell(progress(4));
            assertThat(shown)
                    .containsExactly(
                            // 0.5 + 0.4 sin(i / 40)
                            "1, pass rate 0.5100", "2, pass rate 0.5200", "3, pass rate 0.5300", "4, pass rate 0.5399");
        }
    }

    private static RunProgress progress(int iteration) {
        IterationMetrics metrics = new IterationMetrics(
                8,
                0.75,
                Map.of(),
                Map.of(),
                6,
                Optional.of(0.5),
                Optional.of(0.25),
                Map.of(),
                Map.of(),
                0,
                0,
                12,
                Optional.of(18.0),
                Optional.empty(),
                600,
                3);
        CheckpointRef checkpoint = new CheckpointRef("fast", "0123456789ab", iteration, new BlobRef("0".repeat(64), 1));
        return new RunProgress(
                "iterating",
                iteration,
                5,
                1,
                Optional.of(new IterationReport(iteration, checkpoint, metrics, TrainMetrics.NONE, Optional.empty())),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }
}
