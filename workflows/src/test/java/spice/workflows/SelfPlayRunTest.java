package spice.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.api.enums.v1.EventType;
import io.temporal.api.sdk.v1.WorkflowMetadata;
import io.temporal.client.WorkflowFailedException;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.WorkflowReplayer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import spice.runs.Evaluation;
import spice.runs.RunProgress;
import spice.runs.RunReport;
import spice.runs.TrainMetrics;

/// The run and its iterations with scripted activities and skipped time.
class SelfPlayRunTest {
    private final RunEnvironment runs = new RunEnvironment(true);
    private final ScriptedActivities activities = runs.activities;

    @AfterEach
    void stop() {
        runs.close();
    }

    private RunReport run(Object... input) {
        return runs.run(input);
    }

    @Test
    void anIterationIsAlgorithmOne() {
        run(Map.of("iterations", 1, "coEvolutionDocuments", 0));
        assertThat(activities.calls)
                .containsExactly(
                        "ingest archive/training",
                        "open run-1 from base",
                        "readHeldOut",
                        "evaluate 0, pass@64",
                        "draw 1",
                        "pose 1 lane 0 by 0",
                        "attempt 1 lane 0 of 1 lanes' tasks",
                        "score 1",
                        "train 1",
                        "commit 1",
                        "evaluate 1, pass@0",
                        "compare Optional[0] and Optional[1]");
    }

    @Test
    void noInputStartsTheNanoPreset() {
        RunReport report = run();
        assertThat(report.checkpoint().iteration()).isEqualTo(40);
        assertThat(report.evaluations()).extracting(Evaluation::iteration).containsExactly(0, 10, 20, 30, 40);
    }

    @Test
    void theFixedChallengerIsTheBase() {
        run(Map.of("iterations", 2, "challenger", "fixed"));
        assertThat(activities.calls).contains("pose 2 lane 0 by 0");
        activities.calls.clear();
        run(Map.of("iterations", 2));
        assertThat(activities.calls).contains("pose 2 lane 0 by 1");
    }

    @Test
    void withoutAHeldOutFileTheFirstChallengerPosesIt() {
        run(Map.of("iterations", 1, "heldOut", ""));
        assertThat(activities.calls).containsSequence("readHeldOut", "poseHeldOut", "evaluate 0, pass@64");
    }

    @Test
    void withoutAHeldOutQuestionNothingIsCompared() {
        activities.questions = 0;
        assertThat(run(Map.of("iterations", 1, "heldOut", "")).evaluations()).isEmpty();
        assertThat(activities.calls).contains("compare Optional.empty and Optional.empty");
    }

    @Test
    void impossibleSettingsFailTheRunAtOnceAndNameAllProblems() {
        assertThatThrownBy(() -> run(Map.of("groupSize", 1, "iteration", 3)))
                .isInstanceOf(WorkflowFailedException.class)
                .cause()
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo("INVALID_SETTINGS");
                    assertThat(failure.getOriginalMessage())
                            .contains("groupSize is 1", "iteration is not a setting; did you mean iterations?");
                });
        assertThat(activities.calls).isEmpty();
    }

    @Test
    void anInputThatIsNoObjectFailsTheRunInsteadOfHangingIt() {
        assertThatThrownBy(() -> run("ten iterations please")).cause().hasMessageContaining("give one JSON object");
    }

    @Test
    void threeEmptyIterationsEndTheRunWithTheReasons() {
        activities.emptyFrom = 1;
        assertThatThrownBy(() -> run(Map.of("iterations", 9)))
                .cause()
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo("NO_VALID_TASKS");
                    assertThat(failure.getOriginalMessage()).isEqualTo("""
                                    3 iterations in a row posed no valid task on archive/training. Refused, of 768 \
                                    replies: UNREADABLE 78 %, QUOTE_NOT_IN_DOCUMENT 22 %. The nano model can read only \
                                    ledgers; for these documents take a larger model.
                                    - `one.txt`, UNREADABLE (`no ledger line`): `mumble`""");
                });
        assertThat(activities.calls).contains("commit 3", "refusedReplies 3").doesNotContain("draw 4");
    }

    @Test
    void aRunWithoutAValidTaskIsNotDone() {
        activities.emptyFrom = 1;
        assertFails(Map.of("iterations", 2), "NO_VALID_TASKS")
                .startsWith("the run's 2 iterations posed no valid task on archive/training. Refused, of 512 replies")
                .contains("- `one.txt`, UNREADABLE");
        assertThat(activities.calls).contains("commit 2").doesNotContain("evaluate 2, pass@0");
    }

    @Test
    void aRunWithoutAnUpdateIsNotDone() {
        activities.learns = _ -> false;
        assertFails(Map.of("iterations", 2), "NOTHING_LEARNED")
                .startsWith("the run took no gradient update in 2 iterations: within each group all rewards were the "
                        + "same (last valid share 0.90, pass rate 0.50, Challenger reward 0.40)");
    }

    @Test
    void oneUpdateIsEnough() {
        activities.learns = number -> number == 2;
        assertThat(run(Map.of("iterations", 3)).checkpoint().iteration()).isEqualTo(3);
    }

    @Test
    void aRunWithoutIterationsOnlyMeasures() {
        assertThat(run(Map.of("iterations", 0)).evaluations()).hasSize(1);
    }

    @Test
    void anUnknownLauncherIsFoundBeforeAnythingElse() {
        activities.launchers = Set.of("torchrun");
        assertFails(Map.of("trainer", "torchrum"), "LAUNCHER_UNKNOWN").contains("torchrum");
        assertThat(activities.calls).containsExactly("requireTrainer torchrum");
        activities.calls.clear();
        run(Map.of("iterations", 1, "trainer", "torchrun"));
        assertThat(activities.calls).startsWith("requireTrainer torchrun", "ingest archive/training");
    }

    private AbstractStringAssert<?> assertFails(Map<String, ?> settings, String name) {
        ApplicationFailure failure = (ApplicationFailure)
                assertThatThrownBy(() -> run(settings)).actual().getCause();
        assertThat(failure.getType()).isEqualTo(name);
        return assertThat(failure.getOriginalMessage());
    }

    @Test
    void aStepThatFailsIsTakenAgain() {
        activities.trainFailures = 2;
        RunReport report = run(Map.of("iterations", 1));
        assertThat(report.checkpoint().iteration()).isEqualTo(1);
        assertThat(activities.calls).filteredOn("train 1"::equals).hasSize(3);
    }

    @Test
    void historyIsShortAndGrowsByTheLanesOnly() {
        run(Map.of("iterations", 1));
        int oneLane = events("run-1/iteration-1");
        assertThat(oneLane).isLessThanOrEqualTo(60);
        run(Map.of("iterations", 1, "poseLanes", 3, "attemptLanes", 3));
        assertThat(events("run-1/iteration-1") - oneLane).isLessThanOrEqualTo(2 * 12);
        assertThat(activities.calls).contains("pose 1 lane 2 by 0", "attempt 1 lane 2 of 3 lanes' tasks");
    }

    @Test
    void progressCanBeAskedFor() {
        run(Map.of("iterations", 2));
        RunProgress progress = runs.progress();
        assertThat(progress.state()).isEqualTo("done");
        assertThat(progress.iteration()).isEqualTo(2);
        assertThat(progress.last().orElseThrow().metrics().passRate()).contains(0.5);
    }

    static Stream<Arguments> gaps() {
        return Stream.of(
                Arguments.of("float32", 0.01, ""),
                Arguments.of("float32", 0.011, "differ by 0.011 nats a token, more than float32 explains (0.01)"),
                Arguments.of("bfloat16", 0.1, ""),
                Arguments.of("bfloat16", 0.25, "differ by 0.250 nats a token, more than bfloat16 explains (0.1)"));
    }

    @ParameterizedTest
    @MethodSource("gaps")
    void aSamplerFarFromTheLearnerIsAWarningOnTheRunsPage(String dtype, double difference, String words) {
        activities.trainMetrics = TrainMetrics.of(1, 1e-6, 0, 0.5, 0, 0, 1, difference, 100, 1);
        run(Map.of("iterations", 1, "dtype", dtype));

        String page = runs.environment
                .getWorkflowClient()
                .newUntypedWorkflowStub(RunEnvironment.RUN)
                .query("__temporal_workflow_metadata", WorkflowMetadata.class)
                .getCurrentDetails();
        assertThat(page).contains("Iteration 1");
        if (words.isEmpty()) {
            assertThat(runs.progress().warning()).isEmpty();
            assertThat(page).doesNotContain("warning");
        } else {
            assertThat(runs.progress().warning().orElseThrow()).contains(words);
            assertThat(page).contains("- **warning:** sampler and learner " + words);
        }
    }

    @Test
    void aHistoryReplays() throws Exception {
        run(Map.of("iterations", 3, "poseLanes", 2));
        for (String id : List.of("run-1", "run-1/iteration-2")) {
            WorkflowReplayer.replayWorkflowExecution(
                    runs.environment.getWorkflowClient().fetchHistory(id),
                    SelfPlayRunImpl.class,
                    SelfPlayIterationImpl.class);
        }
    }

    private int events(String workflowId) {
        var history = runs.environment.getWorkflowClient().fetchHistory(workflowId);
        assertThat(history.getLastEvent().getEventType()).isEqualTo(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED);
        return history.getEvents().size();
    }
}
