package spice.workers;

import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowQueryException;
import io.temporal.client.WorkflowServiceException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.TemporalFailure;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
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

/// Stays with a run until it ends: a line for each iteration, and a line when it waits for something.
final class RunFollower {
    private static final Duration LOOK = Duration.ofMillis(500);

    private final WorkflowStub run;
    private final Waiting waiting;
    private final PrintStream out;
    private int shown;
    private String state = "";

    RunFollower(TemporalConnection temporal, String id, PrintStream out) {
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
            }
            progress.last().filter(report -> report.number() != shown).ifPresent(report -> show(progress, report));
        });
        waiting.line(progressKey()).ifPresent(out::println);
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
        Throwable deepest = cause == null ? new IllegalStateException("the run ended without a reason") : cause;
        Optional<ApplicationFailure> known = Optional.empty();
        for (Throwable at = deepest; at != null; at = at.getCause()) {
            if (at instanceof ApplicationFailure failure) {
                known = Optional.of(failure);
            }
            deepest = at;
        }
        if (known.isPresent()) {
            String type = known.get().getType();
            int code = switch (type) {
                case String name when name.equals(Failure.NO_VALID_TASKS.name()) -> ExitCode.NO_VALID_TASKS;
                case String name when name.equals(Failure.TRAINING_DIVERGED.name()) -> ExitCode.FAILED;
                case String name when isFailure(name) -> ExitCode.BAD_INPUT;
                default -> ExitCode.FAILED;
            };
            return new UserError("%s: %s".formatted(type, known.get().getOriginalMessage()), code);
        }
        if (cause instanceof WorkflowFailedException && deepest instanceof TemporalFailure ended) {
            return new UserError("the run ended: %s".formatted(ended.getOriginalMessage()), ExitCode.FAILED);
        }
        return new IllegalStateException(deepest);
    }

    private static boolean isFailure(String name) {
        return Arrays.stream(Failure.values())
                .anyMatch(failure -> failure.name().equals(name));
    }
}
