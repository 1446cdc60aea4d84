package spice.workflows;

import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.failure.ChildWorkflowFailure;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import spice.runs.IterationReport;
import spice.runs.IterationRequest;

/// An iteration as a child workflow of its run. The run knows nothing else of how its method iterates.
final class IterationChild {
    /// After a reset, the iteration of the run that was reset may still be ending under the same id.
    private static final Duration ID_TAKEN = Duration.ofSeconds(2);

    private static final int ID_TAKEN_TRIES = 30;

    private IterationChild() {}

    /// Runs one iteration to its end.
    ///
    /// @throws ChildWorkflowFailure if it fails
    static IterationReport run(IterationRequest request) {
        String id = "%s/iteration-%d".formatted(Workflow.getInfo().getWorkflowId(), request.number());
        for (int tries = 1; ; tries++) {
            SelfPlayIteration iteration = Workflow.newChildWorkflowStub(
                    SelfPlayIteration.class,
                    ChildWorkflowOptions.newBuilder()
                            .setWorkflowId(id)
                            .setStaticSummary("iteration %d of %s"
                                    .formatted(request.number(), request.run().lineage()))
                            .build());
            try {
                return iteration.run(request);
            } catch (ChildWorkflowFailure e) {
                if (!(e.getCause() instanceof WorkflowExecutionAlreadyStarted) || tries == ID_TAKEN_TRIES) {
                    throw e;
                }
                Workflow.sleep(ID_TAKEN);
            }
        }
    }
}
