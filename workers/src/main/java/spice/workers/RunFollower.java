package spice.workers;

import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowQueryException;
import io.temporal.client.WorkflowServiceException;
import io.temporal.client.WorkflowStub;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import spice.activities.Checkpoints;
import spice.local.UserError;
import spice.store.BlobStore;
import spice.store.StoreException;
import spice.tracking.MetricsLine;
import spice.tracking.MetricsLines;
import spice.workflows.Failure;
import spice.workflows.IterationReport;
import spice.workflows.RunProgress;
import spice.workflows.RunReport;
import spice.workflows.Trouble;

/// Stays with a run until it ends, and tells a view what happens.
final class RunFollower {
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final int NOT_YET = -1;

    private final String id;
    private final WorkflowStub run;
    private final Waiting waiting;
    private final RunView view;
    private final Optional<BlobStore> store;
    private int shown = NOT_YET;
    private int evaluations;
    private String state = "";

    /// @param store tells all of iterations that end between two looks; without one, what Temporal knows must do
    RunFollower(TemporalConnection temporal, String id, RunView view, Optional<BlobStore> store) {
        this.id = id;
        this.run = temporal.client().newUntypedWorkflowStub(id);
        this.waiting = new Waiting(temporal, id);
        this.view = view;
        this.store = store;
    }

    /// The run's report.
    ///
    /// @throws UserError if there is no such run, or it failed, with the reason in one piece
    RunReport follow() throws InterruptedException {
        CompletableFuture<RunReport> end = run.getResultAsync(RunReport.class);
        while (true) {
            try {
                RunReport report = end.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                look();
                view.show(new RunEvent.Ended(
                        id,
                        report.checkpoint(),
                        report.comparison(),
                        report.evaluations().stream().findFirst()));
                return report;
            } catch (TimeoutException e) {
                look().ifPresent(progress -> view.tick(progress, waiting::step));
            } catch (ExecutionException e) {
                throw failure(e.getCause());
            }
        }
    }

    private Optional<RunProgress> look() {
        Optional<RunProgress> seen = progress();
        seen.ifPresent(this::tell);
        waiting.line(state + shown).ifPresent(reason -> view.show(new RunEvent.Waits(id, reason)));
        return seen;
    }

    /// Shows what is new since the last time.
    void tell(RunProgress progress) {
        progress.last()
                .filter(report -> report.number() != shown)
                .ifPresent(report -> iterations(report).forEach(line -> {
                    shown = line.iteration();
                    view.show(new RunEvent.Iterated(id, progress.lastIteration(), progress.secondsLeft(), line));
                }));
        progress.evaluations().stream()
                .skip(evaluations)
                .forEach(evaluation -> view.show(new RunEvent.Evaluated(id, evaluation)));
        evaluations = progress.evaluations().size();
        if (!progress.state().equals(state)) {
            state = progress.state();
            view.show(new RunEvent.Doing(id, state, progress.iteration(), progress.lastIteration()));
            progress.trouble().ifPresent(this::ask);
        }
    }

    /// The last iteration, and those since the one that was shown before.
    private List<MetricsLine> iterations(IterationReport last) {
        int after = shown == NOT_YET || shown > last.number() ? last.number() - 1 : shown;
        return store.map(from -> inStore(from, after, last))
                .filter(lines -> !lines.isEmpty())
                .orElseGet(() -> List.of(MetricsLine.of(id, last)));
    }

    private List<MetricsLine> inStore(BlobStore from, int after, IterationReport last) {
        try {
            return new MetricsLines(from)
                    .after(id, new Checkpoints(from).line(id), after).stream()
                            .filter(line -> line.iteration() <= last.number())
                            .toList();
        } catch (StoreException e) {
            return List.of();
        }
    }

    /// Nobody answers a program that writes into a file.
    private void ask(Trouble trouble) {
        view.show(new RunEvent.NeedsAttention(id, trouble.name(), trouble.message()));
        if (!view.isAnswered()) {
            throw new UserError(
                    "run %s waits for a person (%s)".formatted(id, trouble.name()), ExitCode.NEEDS_ATTENTION);
        }
    }

    /// Empty while no worker or no server answers: that is the waiting line's affair.
    private Optional<RunProgress> progress() {
        try {
            return Optional.of(run.query("progress", RunProgress.class));
        } catch (WorkflowQueryException | WorkflowServiceException e) {
            return Optional.empty();
        }
    }

    private RuntimeException failure(@Nullable Throwable cause) {
        if (cause == null) {
            return new IllegalStateException("the run ended without a reason");
        }
        if (cause instanceof WorkflowNotFoundException) {
            return new UserError(
                    "Temporal knows no run %s; `spice status` lists the runs".formatted(id), ExitCode.BAD_INPUT);
        }
        Trouble trouble = Trouble.of(cause);
        view.show(new RunEvent.Failed(id, trouble.name(), trouble.message()));
        int code = Failure.isName(trouble.name()) ? exitCode(Failure.valueOf(trouble.name())) : ExitCode.FAILED;
        return new UserError(trouble.toString(), code);
    }

    private static int exitCode(Failure failure) {
        return switch (failure) {
            case NO_VALID_TASKS -> ExitCode.NO_VALID_TASKS;
            case TRAINING_DIVERGED, VLLM_UNUSABLE, NOT_ADVANCING, JOB_FAILED, ABORTED, LINEAGE_BUSY -> ExitCode.FAILED;
            case UNATTENDED -> ExitCode.NEEDS_ATTENTION;
            case INVALID_SETTINGS,
                    CORPUS_UNUSABLE,
                    CORPUS_TOO_SMALL,
                    MODEL_UNUSABLE,
                    HELD_OUT_UNUSABLE,
                    LINEAGE_EMPTY,
                    CHECKPOINT_RETIRED,
                    LAUNCHER_UNKNOWN,
                    DOES_NOT_FIT -> ExitCode.BAD_INPUT;
        };
    }
}
