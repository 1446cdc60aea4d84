package spice.workers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.spi.IThrowableProxy;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowFailedException;
import io.temporal.failure.ApplicationFailure;
import java.net.ConnectException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import spice.cli.KeptLog;
import spice.store.StoreException;
import spice.workflows.RunEnvironment;

/// How a person sees an error inside a step: the Temporal UI shows one line with the error's name; only the
/// worker's log has the stack trace.
class ReadableFailuresTest {
    private static final String CANNOT = "S3 at http://here cannot be reached. `spice up` starts the local one.";

    private final RunEnvironment runs = new RunEnvironment(true);
    private final KeptLog log = KeptLog.of(Logger.ROOT_LOGGER_NAME);

    @AfterEach
    void stop() {
        runs.close();
        log.close();
    }

    @Test
    void inputThatAStepCannotUseEndsTheRunWithTheStepsOwnWords() {
        runs.activities.whileIngesting = () -> {
            throw spice.runs.Failure.CORPUS_UNUSABLE.because("there is no corpus post");
        };

        assertThatThrownBy(() -> runs.run(Map.of("iterations", 1)))
                .isInstanceOf(WorkflowFailedException.class)
                .cause()
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo("CORPUS_UNUSABLE");
                    assertThat(failure.getOriginalMessage()).isEqualTo("there is no corpus post");
                });
        assertThat(failures(RunEnvironment.RUN))
                .hasSize(2)
                .allSatisfy(failure -> assertThat(failure.getMessage()).isEqualTo("there is no corpus post"));
        assertStackTraceIsInTheLogOnly("there is no corpus post", RunEnvironment.RUN);
    }

    @Test
    void whatAStepThrowsIsReadNotWhatCausedIt() {
        runs.activities.whileTraining = _ -> {
            throw new StoreException(CANNOT, new ConnectException("Connection refused"));
        };

        assertThatThrownBy(() -> runs.run(Map.of("iterations", 1, "attentionHours", 0.0001)))
                .cause()
                .hasMessageContaining("iteration 1 failed: %s (StoreException), and nobody decided", CANNOT);
        assertThat(failures("run-1/iteration-1").getLast().getMessage()).isEqualTo(CANNOT);
        assertStackTraceIsInTheLogOnly(CANNOT, "run-1/iteration-1");
    }

    /// The failures as the Temporal UI gets them.
    private List<Failure> failures(String workflow) {
        return runs.environment.getWorkflowClient().fetchHistory(workflow).getEvents().stream()
                .flatMap(ReadableFailuresTest::failure)
                .toList();
    }

    private static Stream<Failure> failure(HistoryEvent event) {
        return switch (event.getEventType()) {
            case EVENT_TYPE_ACTIVITY_TASK_FAILED ->
                Stream.of(event.getActivityTaskFailedEventAttributes().getFailure());
            case EVENT_TYPE_WORKFLOW_EXECUTION_FAILED ->
                Stream.of(event.getWorkflowExecutionFailedEventAttributes().getFailure());
            default -> Stream.of();
        };
    }

    private void assertStackTraceIsInTheLogOnly(String message, String workflow) {
        assertThat(failures(workflow))
                .allSatisfy(failure ->
                        assertThat(failure.toString()).contains(message).doesNotContain("at spice."));
        assertThat(log.events())
                .flatMap(event -> thrown(event.getThrowableProxy()))
                .filteredOn(thrown ->
                        thrown.getMessage() != null && thrown.getMessage().contains(message))
                .anySatisfy(thrown -> assertThat(thrown.getStackTraceElementProxyArray())
                        .anyMatch(frame -> frame.toString().contains("ReadableFailuresTest")));
    }

    private static List<IThrowableProxy> thrown(IThrowableProxy logged) {
        return Stream.iterate(logged, Objects::nonNull, IThrowableProxy::getCause)
                .toList();
    }
}
