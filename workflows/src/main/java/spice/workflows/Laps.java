package spice.workflows;

import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;
import spice.runs.StepSeconds;

/// How long the steps of an iteration take, by the workflow's clock.
final class Laps {
    private final List<Double> seconds = new ArrayList<>();
    private long last = Workflow.currentTimeMillis();

    /// Ends a lap when the step's result is there.
    <T> T after(T result) {
        long now = Workflow.currentTimeMillis();
        seconds.add((now - last) / 1000.0);
        last = now;
        return result;
    }

    /// The laps of draw, pose, attempt, score and train.
    StepSeconds seconds() {
        return new StepSeconds(seconds.get(0), seconds.get(1), seconds.get(2), seconds.get(3), seconds.get(4));
    }
}
