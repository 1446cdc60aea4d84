package spice.workflows;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import spice.runs.IterationReport;
import spice.runs.IterationRequest;

/// One iteration of Algorithm 1: a workflow, so that it has its own page, history and failures.
@WorkflowInterface
public interface SelfPlayIteration {

    @WorkflowMethod
    IterationReport run(IterationRequest request);
}
