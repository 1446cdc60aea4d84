package spice.local;

import java.util.List;

/// Plan of one worker process of the stack: a JVM on our own class path.
///
/// @param name unique within the stack, e.g. `gpu-worker`
/// @param heap Java heap, e.g. `512m`
public record WorkerPlan(String name, String mainClass, List<String> arguments, String heap) {
    public WorkerPlan {
        arguments = List.copyOf(arguments);
    }
}
