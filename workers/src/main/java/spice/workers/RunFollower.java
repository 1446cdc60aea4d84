package spice.workers;

import io.temporal.client.WorkflowQueryException;
import io.temporal.client.WorkflowServiceException;
import io.temporal.client.WorkflowStub;
import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import spice.local.UserError;
import spice.workflows.Failure;
import spice.workflows.IterationReport;
import spice.workflows.RunProgress;
import spice.workflows.RunReport;
import spice.workflows.Trouble;

/// Stays with a run until it ends: a line for each iteration, and a line when it waits for something.
final class RunFollower {
    private static final Duration LOOK = Duration.ofMillis(500);

    private final String id;
    private final WorkflowStub run;
    private final Waiting waiting;
    private final PrintStream out;
    private int shown;
    private String state = "";

    RunFollower(TemporalConnection temporal, String id, PrintStream out) {
        this.id = id;
        this.run = temporal.client().newUntypedWorkflowStub(id);
        this.waiting = new Waiting(temporal, id);
        this.out = out;
    }

    /// The run's report.
    ///
    /// @throws UserError if the run failed, with the reason in one piece
    RunReport follow() throws InterruptedException {
        CompletableFuture<RunReport> end = run.getResultAsync(RunReport.class);
        while (true) {
            try {
                RunReport report = end.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                look();
                return report;
            } catch (TimeoutException e) {
                look();
            } catch (ExecutionException e) {
                throw failure(e.getCause());
            }
        }
    }

    private void look() {
        progress().ifPresent(progress -> {
            if (!progress.state().equals(state)) {
                state = progress.state();
                if (!state.equals("iterating")) {
                    out.println(state);
                }
                progress.trouble().ifPresent(this::ask);
            }
            progress.last().filter(report -> report.number() != shown).ifPresent(report -> show(progress, report));
        });
        waiting.line(progressKey()).ifPresent(out::println);
    }

    /// Nobody answers a program that writes into a file.
    private void ask(Trouble trouble) {
        out.println(trouble);
        out.println("what to do about it: spice retry %s [--fresh], spice skip %s, or spice abort %s"
                .formatted(id, id, id));
        if (Optional.ofNullable(System.console()).filter(Console::isTerminal).isEmpty()) {
            throw new UserError(
                    "run %s waits for a person (%s)".formatted(id, trouble.name()), ExitCode.NEEDS_ATTENTION);
        }
    }

    private String progressKey() {
        return state + shown;
    }

    private void show(RunProgress progress, IterationReport report) {
        shown = report.number();
        out.println(ProgressLine.of(progress, report));
    }

    /// Empty while no worker or no server answers: that is the waiting line's affair.
    private Optional<RunProgress> progress() {
        try {
            return Optional.of(run.query("progress", RunProgress.class));
        } catch (WorkflowQueryException | WorkflowServiceException e) {
            return Optional.empty();
        }
    }

    private static RuntimeException failure(@Nullable Throwable cause) {
        if (cause == null) {
            return new IllegalStateException("the run ended without a reason");
        }
        Trouble trouble = Trouble.of(cause);
        int code = Failure.isName(trouble.name()) ? exitCode(Failure.valueOf(trouble.name())) : ExitCode.FAILED;
        return new UserError(trouble.toString(), code);
    }

    private static int exitCode(Failure failure) {
        return switch (failure) {
            case NO_VALID_TASKS -> ExitCode.NO_VALID_TASKS;
            case TRAINING_DIVERGED, NOT_ADVANCING, ABORTED, LINEAGE_BUSY -> ExitCode.FAILED;
            case UNATTENDED -> ExitCode.NEEDS_ATTENTION;
            case INVALID_SETTINGS,
                    CORPUS_UNUSABLE,
                    CORPUS_TOO_SMALL,
                    MODEL_UNUSABLE,
                    HELD_OUT_UNUSABLE,
                    LINEAGE_EMPTY,
                    CHECKPOINT_RETIRED -> ExitCode.BAD_INPUT;
        };
    }
}
