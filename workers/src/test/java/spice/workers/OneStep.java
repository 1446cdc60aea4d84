package spice.workers;

import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.List;
import spice.runs.IterationRequest;
import spice.store.BlobRef;
import spice.workflows.ReasonerActivities;
import spice.workflows.ReasonerActivities.AttemptRequest;
import spice.workflows.TrainerActivities;

/// A workflow of one step that needs the model.
@WorkflowInterface
public interface OneStep {
    Duration SILENCE = Duration.ofSeconds(5);

    /// @param step `attempt` or `train`
    /// @param reads the tasks, or the trajectories
    /// @param tries number of attempts at the step
    @WorkflowMethod
    void take(String step, IterationRequest iteration, BlobRef reads, int tries);

    final class Impl implements OneStep {
        @Override
        public void take(String step, IterationRequest iteration, BlobRef reads, int tries) {
            ActivityOptions options = ActivityOptions.newBuilder()
                    .setStartToCloseTimeout(Duration.ofHours(1))
                    .setHeartbeatTimeout(SILENCE)
                    .setRetryOptions(RetryOptions.newBuilder()
                            .setInitialInterval(Duration.ofMillis(100))
                            .setMaximumAttempts(tries)
                            .build())
                    .build();
            if (step.equals("attempt")) {
                Workflow.newActivityStub(ReasonerActivities.class, options)
                        .attempt(new AttemptRequest(iteration, List.of(reads), 0));
            } else {
                Workflow.newActivityStub(TrainerActivities.class, options).train(iteration, reads);
            }
        }
    }
}
