package spice.workflows;

import io.temporal.client.WorkflowClient;
import spice.runs.IterationRequest;
import spice.store.Json;

/// What an iteration was started with, as its history has it.
public final class StartedIteration {
    private StartedIteration() {}

    /// The request of a workflow such as `mine/iteration-2`.
    public static IterationRequest request(WorkflowClient client, String workflow) {
        byte[] input = client.fetchHistory(workflow)
                .getEvents()
                .getFirst()
                .getWorkflowExecutionStartedEventAttributes()
                .getInput()
                .getPayloads(0)
                .getData()
                .toByteArray();
        return Json.read(input, IterationRequest.class, "the input");
    }
}
