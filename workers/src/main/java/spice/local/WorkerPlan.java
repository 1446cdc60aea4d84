package spice.local;

import java.util.List;

/// A worker process of the stack: a JVM on our own class path.
///
/// @param name e.g. `gpu-worker`; two workers of a stack have different names
/// @param heap Java heap, e.g. `512m`
public record WorkerPlan(String name, String mainClass, List<String> arguments, String heap) {
    public WorkerPlan {
        arguments = List.copyOf(arguments);
    }
}
