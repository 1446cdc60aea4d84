package spice.follow;

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
import spice.checkpoints.Checkpoints;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.runs.Failure;
import spice.runs.FailureSummary;
import spice.runs.IterationReport;
import spice.runs.RunProgress;
import spice.runs.RunReport;
import spice.runs.StepWork;
import spice.store.BlobStore;
import spice.store.StoreException;
import spice.temporal.StepsUnderWay;
import spice.temporal.TemporalConnection;
import spice.tracking.MetricsLine;
import spice.tracking.MetricsReader;

/// Follows a run until it ends, and tells a view what happens.
public final class RunFollower {
    private static final Duration LOOK = Duration.ofMillis(500);
    /// A run that shows nothing for so long says what it works on.
    private static final Duration SILENCE = Duration.ofSeconds(5);
    private static final int NOT_YET = -1;

    private final TemporalConnection temporal;
    private final String id;
    private final WorkflowStub run;
    private final StallNotice stall;
    private final RunView view;
    private final Optional<BlobStore> store;
    private int shown = NOT_YET;
    private int evaluations;
    private String state = "";
    private List<StepWork> working = List.of();
    private long lastShown = System.nanoTime();

    /// @param store holds every iteration, also those that end between two looks; without it only the last one is
    /// shown, as Temporal knows it
    public RunFollower(TemporalConnection temporal, String id, RunView view, Optional<BlobStore> store) {
        this.temporal = temporal;
        this.id = id;
        this.run = temporal.client().newUntypedWorkflowStub(id);
        this.stall = new StallNotice(temporal, id);
        this.view = view;
        this.store = store;
    }

    /// Follows the run to its end, and returns its report.
    ///
    /// @throws UserError if there is no such run, if it failed, or if it waits for a person and nobody can answer
    public RunReport follow() throws InterruptedException {
        CompletableFuture<RunReport> end = run.getResultAsync(RunReport.class);
        while (true) {
            try {
                RunReport report = end.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                look();
                show(new RunEvent.Ended(
                        id,
                        report.checkpoint(),
                        report.comparison(),
                        report.evaluations().stream().findFirst()));
                return report;
            } catch (TimeoutException e) {
                look().ifPresent(progress ->
                        view.tick(progress, () -> StepsUnderWay.inWords(StepsUnderWay.of(temporal, id))));
            } catch (ExecutionException e) {
                throw failure(e.getCause());
            }
        }
    }

    private Optional<RunProgress> look() {
        Optional<RunProgress> seen = progress();
        seen.ifPresent(this::tell);
        stall.line(state + shown).ifPresent(reason -> show(new RunEvent.Waits(id, reason)));
        if (System.nanoTime() - lastShown > SILENCE.toNanos()) {
            lastShown = System.nanoTime();
            List<StepWork> now = StepsUnderWay.of(temporal, id);
            if (!now.isEmpty() && !now.equals(working)) {
                working = now;
                show(new RunEvent.Working(id, now));
            }
        }
        return seen;
    }

    private void show(RunEvent event) {
        lastShown = System.nanoTime();
        view.show(event);
    }

    /// Shows what is new since the last time.
    public void tell(RunProgress progress) {
        progress.last().filter(report -> report.number() != shown).ifPresent(report -> {
            iterations(report).forEach(line -> {
                shown = line.iteration();
                show(new RunEvent.Iterated(id, progress.lastIteration(), progress.secondsLeft(), line));
            });
            progress.warning().ifPresent(words -> show(new RunEvent.Warned(id, report.number(), words)));
        });
        progress.evaluations().stream()
                .skip(evaluations)
                .forEach(evaluation -> show(new RunEvent.Evaluated(id, evaluation)));
        evaluations = progress.evaluations().size();
        if (!progress.state().equals(state)) {
            state = progress.state();
            show(new RunEvent.Doing(id, state, progress.iteration(), progress.lastIteration()));
            progress.trouble().ifPresent(this::ask);
        }
    }

    /// The iterations since the one that was shown last.
    private List<MetricsLine> iterations(IterationReport last) {
        int after = shown == NOT_YET || shown > last.number() ? last.number() - 1 : shown;
        return store.map(from -> inStore(from, after, last))
                .filter(lines -> !lines.isEmpty())
                .orElseGet(() -> List.of(MetricsLine.of(id, last)));
    }

    private List<MetricsLine> inStore(BlobStore from, int after, IterationReport last) {
        try {
            return new MetricsReader(from)
                    .after(id, new Checkpoints(from).line(id), after).stream()
                            .filter(line -> line.iteration() <= last.number())
                            .toList();
        } catch (StoreException e) {
            return List.of();
        }
    }

    /// Ends where nobody can answer, such as a program that writes into a file.
    private void ask(FailureSummary trouble) {
        show(new RunEvent.NeedsAttention(id, trouble.name(), trouble.message()));
        if (!view.isAnswered()) {
            throw new UserError(
                    "run %s waits for a person (%s)".formatted(id, trouble.name()), ExitCode.NEEDS_ATTENTION);
        }
    }

    /// Empty while no worker or no server answers, which [StallNotice] reports.
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
        FailureSummary trouble = FailureSummary.of(cause);
        show(new RunEvent.Failed(id, trouble.name(), trouble.message()));
        int code = Failure.isName(trouble.name()) ? exitCode(Failure.valueOf(trouble.name())) : ExitCode.FAILED;
        return new UserError(trouble.toString(), code);
    }

    private static int exitCode(Failure failure) {
        return switch (failure) {
            case NO_VALID_TASKS, NOTHING_LEARNED -> ExitCode.NOTHING_LEARNED;
            case POLICY_COLLAPSED, TRAINING_DIVERGED, VLLM_UNUSABLE, NOT_ADVANCING, JOB_FAILED, ABORTED, LINEAGE_BUSY ->
                ExitCode.FAILED;
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
