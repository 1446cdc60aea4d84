package spice.workers;

import java.util.List;
import spice.local.LocalSettings;
import spice.local.StackPlan;
import spice.local.WorkerPlan;
import spice.workflows.SpiceSearchAttributes;

/// What the local stack consists of.
final class StackPlans {
    private StackPlans() {}

    /// One worker for what needs no model, one for what does: with one slot, so that steps take turns on the device.
    static StackPlan standard(LocalSettings settings) {
        return new StackPlan(
                SpiceSearchAttributes.ALL,
                List.of(
                        worker("cpu-worker", "cpu", settings.cpuHeap(), settings),
                        worker("gpu-worker", "gpu", settings.gpuHeap(), settings)));
    }

    /// The servers alone.
    static StackPlan servers() {
        return new StackPlan(SpiceSearchAttributes.ALL, List.of());
    }

    private static WorkerPlan worker(String name, String queue, String heap, LocalSettings settings) {
        return new WorkerPlan(
                name,
                Spice.class.getName(),
                List.of(
                        "worker",
                        "--queues",
                        queue,
                        "--models",
                        settings.root().resolve("models").toString(),
                        "--scratch",
                        settings.home().resolve("scratch").toString()),
                heap);
    }
}
