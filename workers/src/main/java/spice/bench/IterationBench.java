package spice.bench;

import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import spice.local.LocalSettings;
import spice.local.Program;
import spice.local.StackView;
import spice.local.TemporalLadder;
import spice.model.ModelWork;
import spice.program.UserError;

/// Measures where the time of an iteration goes: plays a run on its own local stack, as a person would start it,
/// with the JVM's flight recorder on in the workers.
///
/// @param folder for the stack and its recordings
/// @param local settings of the user's own stack
/// @param program main class of the command line
/// @param archive folder of the spice merchant's archive
/// @param runs iterations that count, besides a first one that warms up and a last one that ends the run
/// @param say takes lines for people
record IterationBench(Path folder, LocalSettings local, String program, Path archive, int runs, Consumer<String> say) {
    private static final String LINEAGE = "bench";
    /// Documents per iteration: with the nano model on two cores, one then takes some ten seconds.
    private static final int DOCUMENTS = 96;

    private static final Duration START = Duration.ofMinutes(5);
    private static final Duration STOP = Duration.ofMinutes(1);

    /// Plays the run, and reads its histories, recordings and store.
    IterationCost measure() throws InterruptedException {
        try {
            Path home = Files.createDirectories(folder.resolve("stack"));
            Files.createSymbolicLink(home.resolve("archive"), archive);
            LocalSettings settings = local.elsewhere(home);
            Path settingsFile = folder.resolve("iteration.json");
            BenchFiles.write(settingsFile, settings().getBytes(StandardCharsets.UTF_8));
            Program spice = Program.on(settings, program, environment());
            Path said = home.resolve("logs").resolve("bench.out");
            StackView view = new StackView(settings);
            List<IterationCost.Iteration> iterations;
            Process up = spice.start(said, List.of("up"));
            try {
                if (!view.awaitUp(up, START)) {
                    throw new UserError(
                            "the bench's own stack did not come up; all that it said is in %s".formatted(said));
                }
                Process run =
                        spice.start(said, List.of("run", "--lineage", LINEAGE, "--settings", settingsFile.toString()));
                try {
                    if (run.waitFor() != 0) {
                        throw new UserError("the run of the bench failed; all that it said is in %s".formatted(said));
                    }
                } finally {
                    run.destroy();
                }
                iterations = iterations(settings);
            } finally {
                Program.stop(up, STOP);
                view.stopLeftovers();
            }
            return IterationCost.of(
                    iterations,
                    Recording.of(folder, ModelWork.NAME),
                    WrittenFiles.below(view.s3Folder().resolve(settings.bucket())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String settings() {
        return """
                {"iterations": %d, "documentsPerIteration": %d, "evaluateEvery": 0, "heldOutAttempts": 1, "passAt": 0,
                 "coEvolutionDocuments": 0, "trainThreads": %d}
                """.formatted(runs + 2, DOCUMENTS, Runtime.getRuntime().availableProcessors());
    }

    private Map<String, String> environment() {
        return Map.of(
                "PATH",
                TemporalLadder.searchPath(local, say),
                "JDK_JAVA_OPTIONS",
                "-XX:StartFlightRecording=settings=none,+%s#enabled=true,dumponexit=true,filename=%s/%%p.jfr"
                        .formatted(ModelWork.NAME, folder));
    }

    /// The run's iterations in order, read from the workflows' histories.
    private static List<IterationCost.Iteration> iterations(LocalSettings settings) {
        WorkflowServiceStubs stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(settings.temporalAddress())
                .build());
        try {
            WorkflowClient client = WorkflowClient.newInstance(stubs, WorkflowClientOptions.getDefaultInstance());
            List<HistoryEvent> run = client.fetchHistory(LINEAGE).getEvents();
            List<IterationCost.Iteration> iterations = new ArrayList<>();
            Optional<Integer> before = Optional.empty();
            for (int i = 0; i < run.size(); i++) {
                if (run.get(i).hasChildWorkflowExecutionStartedEventAttributes()) {
                    var child = run.get(i)
                            .getChildWorkflowExecutionStartedEventAttributes()
                            .getWorkflowExecution();
                    int ofTheRun = i - before.orElse(i);
                    before = Optional.of(i);
                    iterations.add(new IterationCost.Iteration(
                            IterationEvents.of(client.fetchHistory(child.getWorkflowId(), child.getRunId())
                                    .getEvents()),
                            ofTheRun));
                }
            }
            return iterations;
        } finally {
            stubs.shutdownNow();
        }
    }
}
