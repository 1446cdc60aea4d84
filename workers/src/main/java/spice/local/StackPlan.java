package spice.local;

import io.temporal.api.enums.v1.IndexedValueType;
import java.util.List;
import java.util.Map;

/// What the stack is to consist of, beside its two servers.
///
/// @param searchAttributes that the Temporal server is to know
/// @param workers none for a command that only looks
public record StackPlan(Map<String, IndexedValueType> searchAttributes, List<WorkerPlan> workers) {
    public StackPlan {
        searchAttributes = Map.copyOf(searchAttributes);
        workers = List.copyOf(workers);
    }
}
