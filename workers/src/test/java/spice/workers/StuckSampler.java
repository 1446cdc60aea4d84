package spice.workers;

import java.util.Set;
import spice.runs.LaneReport;
import spice.workflows.ChallengerActivities.PoseRequest;
import spice.workflows.ReasonerActivities.AttemptRequest;
import spice.workflows.ScriptedActivities;
import spice.workflows.TaskQueues;

/// A worker for a test to kill: `StuckSampler PORT NAME` takes a sampling step from its own queue and never ends
/// it. It prints a line when it is ready, and one when it has taken a step.
final class StuckSampler extends ScriptedActivities {
    static final String READY = "ready";
    static final String TAKEN = "taken";

    private StuckSampler() {}

    public static void main(String[] args) throws InterruptedException {
        new Pool(Integer.parseInt(args[0]))
                .addDeviceWorker(new StuckSampler(), Set.of(), Set.of(TaskQueues.sampleAt(args[1])));
        System.out.println(READY);
        Thread.sleep(Long.MAX_VALUE);
    }

    @Override
    public LaneReport pose(PoseRequest request) {
        return stuck();
    }

    @Override
    public LaneReport attempt(AttemptRequest request) {
        return stuck();
    }

    private static LaneReport stuck() {
        System.out.println(TAKEN);
        try {
            Thread.sleep(Long.MAX_VALUE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IllegalStateException("woken up");
    }
}
