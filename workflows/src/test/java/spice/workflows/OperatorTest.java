package spice.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import spice.runs.Evaluation;
import spice.runs.FailureSummary;
import spice.runs.RunProgress;
import spice.runs.RunReport;

/// What an operator may do to a run that is under way.
class OperatorTest {
    /// The first eight bytes of SHA-256 over the big-endian longs and ASCII letters 1, "fresh", 2, 1, modulo 2^48.
    private static final long FRESH = 205989096769233L;

    private final RunEnvironment runs = new RunEnvironment(false);
    private final ScriptedActivities activities = runs.activities;

    @AfterEach
    void stop() {
        runs.close();
    }

    private static String update(WorkflowStub run, String name, Object... input) {
        return run.update(name, String.class, input);
    }

    private WorkflowStub atBrokenIteration(int broken, Map<String, Object> input) throws InterruptedException {
        activities.isBroken = iteration -> iteration.number() == broken;
        WorkflowStub run = runs.start(input);
        RunProgress progress = runs.await(RunProgress.NEEDS_ATTENTION);
        assertThat(progress.trouble())
                .contains(new FailureSummary(
                        "TRAINING_DIVERGED", "iteration %d failed: the loss is NaN".formatted(broken)));
        assertThat(progress.iteration()).isEqualTo(broken - 1);
        return run;
    }

    private void repair() {
        activities.isBroken = _ -> false;
    }

    @Test
    void aFailedIterationWaitsAndIsTakenAgain() throws Exception {
        WorkflowStub run = atBrokenIteration(2, Map.of("iterations", 3));
        repair();
        assertThat(update(run, "retryIteration")).isEqualTo("it is taken again");
        assertThat(run.getResult(RunReport.class).checkpoint().iteration()).isEqualTo(3);
        assertThat(activities.calls).filteredOn("train 2"::equals).hasSize(2);
        assertThat(activities.branches).containsExactly("branch", "branch", "branch");
        assertThat(activities.changes).isEmpty();
    }

    @Test
    void freshSeedsAreANewBranchThatTheManifestNames() throws Exception {
        activities.isBroken =
                iteration -> iteration.number() == 2 && iteration.settings().seed() == 1;
        WorkflowStub run = runs.start(Map.of("iterations", 3));
        runs.await(RunProgress.NEEDS_ATTENTION);
        update(run, "retryIteration", Map.of("fresh", true));
        run.getResult(RunReport.class);
        assertThat(activities.calls).contains("turn at 1 to seed %d, learning rate 3.0E-4, group 8".formatted(FRESH));
        assertThat(activities.changes).containsExactly("fresh seed %d from iteration 2".formatted(FRESH));
        assertThat(activities.branches).containsExactly("branch", "branch'", "branch'");
    }

    @Test
    void aRetryMayChangeSettingsFirst() throws Exception {
        activities.isBroken = iteration -> iteration.settings().learningRate() > 1e-4;
        WorkflowStub run = runs.start(Map.of("iterations", 1));
        runs.await(RunProgress.NEEDS_ATTENTION);
        update(run, "retryIteration", Map.of("settings", Map.of("learningRate", 1e-4)));
        run.getResult(RunReport.class);
        assertThat(activities.changes).containsExactly("learningRate 1.0E-4 from iteration 1");
    }

    @Test
    void aSkippedIterationLeavesItsPolicyAndGoesOn() throws Exception {
        WorkflowStub run = atBrokenIteration(2, Map.of("iterations", 3));
        update(run, "skipIteration", "bad documents");
        assertThat(run.getResult(RunReport.class).checkpoint().iteration()).isEqualTo(3);
        assertThat(activities.calls)
                .contains("skip 2: bad documents", "commit 3")
                .doesNotContain("commit 2");
        assertThat(activities.branches).containsExactly("branch", "branch'");
    }

    @Test
    void aCollapsedPolicyWaitsWithTheForkThatHelps() throws Exception {
        activities.emptyFrom = 2;
        WorkflowStub run = runs.start(Map.of("iterations", 3, "learningRate", 1, "corpus", "my notes"));
        RunProgress progress = runs.await(RunProgress.NEEDS_ATTENTION);
        assertThat(progress.iteration()).isEqualTo(1);
        FailureSummary trouble = progress.trouble().orElseThrow();
        assertThat(trouble.name()).isEqualTo("POLICY_COLLAPSED");
        assertThat(trouble.message()).isEqualTo("""
                        iteration 2 failed: the policy collapsed after iteration 1: 90 % of the tasks that it posed then \
                        were valid, and none of the 256 since (refused: UNREADABLE 78 %, QUOTE_NOT_IN_DOCUMENT 22 %). It \
                        had learned with learningRate 1, gradient norm 3.25 before clipping, entropy 0.50 nats. What \
                        helps is a fork from before, with a smaller learning rate: spice fork run-1@0 \
                        -s learningRate=0.0003 -s 'corpus=my notes' -s heldOut= -s iterations=3; then spice abort run-1. \
                        To take the iteration again cannot help.
                        - `one.txt`, UNREADABLE (`no ledger line`): `mumble`""");
        update(run, "abort", "forked");
        assertThatThrownBy(() -> run.getResult(RunReport.class)).isInstanceOf(WorkflowFailedException.class);
    }

    /// The last sound iteration is not the first.
    @Test
    void theForkStartsBeforeTheLastSoundIteration() throws Exception {
        activities.emptyFrom = 6;
        WorkflowStub run = runs.start(Map.of("iterations", 9, "startFrom", "mine@2", "learningRate", 1e-5));
        String words =
                runs.await(RunProgress.NEEDS_ATTENTION).trouble().orElseThrow().message();
        assertThat(words)
                .contains(
                        "collapsed after iteration 5", "spice fork run-1@4 -s learningRate=0.000001 -s iterations=9;");
        update(run, "skipIteration", "see whether it recovers");
        while (!activities.calls.contains("refusedReplies 7")) {
            LockSupport.parkNanos(20_000_000);
        }
        update(run, "abort", "it does not");
        assertThatThrownBy(() -> run.getResult(RunReport.class)).isInstanceOf(WorkflowFailedException.class);
        assertThat(activities.calls).contains("skip 6: see whether it recovers", "score 7");
    }

    @Test
    void aPolicyThatHadCollapsedBeforeTheRunIsNotCalledTooSmall() throws Exception {
        activities.emptyFrom = 1;
        runs.start(Map.of("iterations", 9, "startFrom", "mine@2", "heldOut", ""));
        FailureSummary trouble =
                runs.await(RunProgress.NEEDS_ATTENTION).trouble().orElseThrow();
        assertThat(trouble.name()).isEqualTo("POLICY_COLLAPSED");
        assertThat(trouble.message())
                .contains(
                        "collapsed before this run: mine@2 poses no valid task on archive/training",
                        "the base posed 300 held-out questions on it",
                        "spice fork mine@ITERATION");
    }

    /// The base poses, and it does not learn: the documents have changed, not the policy.
    @Test
    void aFixedChallengerDoesNotCollapse() {
        activities.emptyFrom = 2;
        assertThatThrownBy(() -> runs.run(Map.of("iterations", 9, "challenger", "fixed")))
                .cause()
                .isInstanceOfSatisfying(
                        ApplicationFailure.class,
                        failure -> assertThat(failure.getType()).isEqualTo("NO_VALID_TASKS"));
    }

    /// The store is unreachable for longer than half an hour.
    private WorkflowStub atBrokenOpening(Map<String, Object> settings) throws Exception {
        activities.whileIngesting = () -> {
            throw ApplicationFailure.newNonRetryableFailure("S3 cannot be reached", "spice.store.StoreException");
        };
        WorkflowStub run = runs.start(settings);
        RunProgress progress = runs.await(RunProgress.NEEDS_ATTENTION);
        assertThat(progress.trouble())
                .contains(new FailureSummary("StoreException", "the opening failed: S3 cannot be reached"));
        return run;
    }

    @Test
    void anOpeningThatFailsWaitsAndIsTakenAgain() throws Exception {
        WorkflowStub run = atBrokenOpening(Map.of("iterations", 1));
        String notOpen = "the run is not open yet: take that again as it is, or abort the run";
        refuses(run, notOpen, "skipIteration");
        refuses(run, notOpen, "retryIteration", Map.of("fresh", true));
        refuses(run, notOpen, "retryIteration", Map.of("settings", Map.of("groupSize", 4)));
        activities.whileIngesting = () -> {};
        assertThat(update(run, "retryIteration")).isEqualTo("it is taken again");
        assertThat(run.getResult(RunReport.class).checkpoint().iteration()).isEqualTo(1);
        assertThat(activities.calls)
                .startsWith("ingest archive/training", "ingest archive/training", "open run-1 from base");
    }

    @Test
    void anOpeningThatFailsMayEndTheRun() throws Exception {
        WorkflowStub run = atBrokenOpening(Map.of("iterations", 1));
        update(run, "abort", "another day");
        assertThatThrownBy(() -> run.getResult(RunReport.class))
                .cause()
                .isInstanceOfSatisfying(
                        ApplicationFailure.class,
                        failure -> assertThat(failure.getType()).isEqualTo("ABORTED"));
    }

    @Test
    void nobodyIsWaitedForForEverByAnOpening() throws Exception {
        WorkflowStub run = atBrokenOpening(Map.of("iterations", 1, "attentionHours", 0.0005));
        assertThatThrownBy(() -> run.getResult(RunReport.class))
                .cause()
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo("UNATTENDED");
                    assertThat(failure.getOriginalMessage())
                            .startsWith(
                                    "the opening failed: S3 cannot be reached (StoreException), and nobody decided");
                });
    }

    @Test
    void abortEndsTheRunAsFailed() throws Exception {
        WorkflowStub run = atBrokenIteration(1, Map.of("iterations", 3));
        update(run, "abort", "wrong corpus");
        assertThatThrownBy(() -> run.getResult(RunReport.class))
                .isInstanceOf(WorkflowFailedException.class)
                .cause()
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo("ABORTED");
                    assertThat(failure.getOriginalMessage()).isEqualTo("wrong corpus");
                });
    }

    @Test
    void aRunThatIsCancelledWhileItWaitsIsCancelled() throws Exception {
        WorkflowStub run = atBrokenIteration(1, Map.of("iterations", 3));
        run.cancel();
        assertThatThrownBy(() -> run.getResult(RunReport.class)).cause().isInstanceOf(CanceledFailure.class);
    }

    @Test
    void whoIsNotThereByTheDeadlineIsNotWaitedFor() {
        activities.isBroken = iteration -> iteration.number() == 1;
        assertThatThrownBy(() -> runs.run(Map.of("iterations", 3, "attentionHours", 0.0005)))
                .cause()
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo("UNATTENDED");
                    assertThat(failure.getOriginalMessage())
                            .isEqualTo("iteration 1 failed: the loss is NaN (TRAINING_DIVERGED), and nobody decided "
                                    + "what to do about it within 5.0E-4 hours");
                });
    }

    @Test
    void aPausedRunBeginsNoIteration() throws Exception {
        WorkflowStub run = runs.stub();
        activities.whileTraining = number -> {
            if (number == 1) {
                update(run, "pause");
            }
        };
        run.start(Map.of("iterations", 2));
        runs.await("paused");
        assertThat(activities.calls).contains("commit 1").doesNotContain("draw 2");
        update(run, "resume");
        assertThat(run.getResult(RunReport.class).checkpoint().iteration()).isEqualTo(2);
    }

    @Test
    void settingsHoldFromTheNextIterationOn() {
        WorkflowStub run = runs.stub();
        activities.whileTraining = number -> {
            if (number == 1) {
                assertThat(update(run, "setLearningRate", 1e-4))
                        .isEqualTo("learningRate 1.0E-4 holds from iteration 2");
                assertThat(update(run, "setGroupSize", 4)).isEqualTo("groupSize 4 holds from iteration 2");
                assertThat(update(run, "changeSettings", Map.of("heartbeatSeconds", 60)))
                        .isEqualTo("heartbeatSeconds 60 holds from iteration 2");
            }
        };
        run.start(Map.of("iterations", 2));
        run.getResult(RunReport.class);
        assertThat(activities.calls).contains("turn at 1 to seed 1, learning rate 1.0E-4, group 4");
        assertThat(activities.branches).containsExactly("branch", "branch'");
        assertThat(activities.changes)
                .containsExactly("learningRate 1.0E-4 from iteration 2", "groupSize 4 from iteration 2");
    }

    @Test
    void howLongToRunCanChangeWithoutABranch() {
        WorkflowStub run = runs.stub();
        activities.whileTraining = number -> {
            if (number == 1) {
                assertThat(update(run, "setIterations", 5)).isEqualTo("the run ends after iteration 5");
            }
            if (number == 4) {
                assertThat(update(run, "stopAfterIteration")).isEqualTo("the run ends after iteration 4");
            }
        };
        run.start(Map.of("iterations", 2));
        RunReport report = run.getResult(RunReport.class);
        assertThat(report.checkpoint().iteration()).isEqualTo(4);
        assertThat(report.evaluations()).extracting(Evaluation::iteration).containsExactly(0, 4);
        assertThat(activities.branches).containsOnly("branch");
    }

    @Test
    void whatCannotBeDoneIsRefusedWithTheReason() {
        WorkflowStub run = runs.stub();
        AtomicInteger refused = new AtomicInteger();
        activities.whileTraining = number -> {
            if (number == 2) {
                refuses(run, "nothing has failed, so there is nothing to decide", "retryIteration");
                refuses(run, "nothing has failed, so there is nothing to decide", "skipIteration");
                refuses(run, "the run is not paused", "resume");
                refuses(run, "learningRate is \"fast\"; give a number", "setLearningRate", "fast");
                refuses(run, "there is no input; give groupSize its new value", "setGroupSize");
                refuses(run, "iterations is 1, but 2 are done or under way; give at least 2", "setIterations", 1);
                refuses(run, "iterations is 1, but 2 are done or under way; give at least 2", "stopAfterIteration", 1);
                refuses(
                        run,
                        "[model] cannot change within a run; start another with `spice fork`",
                        "changeSettings",
                        Map.of("model", "other"));
                refuses(
                        run,
                        "learningrate is not a setting; did you mean learningRate?",
                        "changeSettings",
                        Map.of("learningrate", 1));
                refused.incrementAndGet();
            }
        };
        run.start(Map.of("iterations", 3));
        assertThat(run.getResult(RunReport.class).checkpoint().iteration()).isEqualTo(3);
        assertThat(refused).hasValue(1);
        assertThat(activities.branches).containsOnly("branch");
    }

    private static void refuses(WorkflowStub run, String reason, String name, Object... input) {
        assertThatThrownBy(() -> update(run, name, input))
                .isInstanceOf(WorkflowUpdateException.class)
                .cause()
                .hasMessageContaining(reason);
    }

    @Test
    void noIterationBeginsAfterTheRunsHours() {
        long hoursInMillis = 1800;
        activities.whileTraining = _ -> LockSupport.parkNanos(hoursInMillis * 1_000_000);
        RunReport report = runs.run(Map.of("iterations", 9, "maxHours", hoursInMillis / 3.6e6));
        assertThat(report.checkpoint().iteration()).isEqualTo(1);
        assertThat(report.evaluations()).extracting(Evaluation::iteration).containsExactly(0, 1);
    }

    @Test
    void aTemplateDoesNothing() {
        WorkflowStub template = runs.stub("template-nano", Map.of(SelfPlayRun.TEMPLATE, true));
        template.start(Map.of("iterations", 3));
        assertThat(template.getResult(RunReport.class)).isNull();
        assertThat(activities.calls).isEmpty();
    }
}
