package spice.workflows;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/// One iteration of Algorithm 1, a workflow of its own so that it has its own page, history and fate.
@WorkflowInterface
public interface SelfPlayIteration {

    @WorkflowMethod
    IterationReport run(IterationRequest request);
}
