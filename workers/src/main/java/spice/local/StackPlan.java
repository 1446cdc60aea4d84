package spice.local;

import io.temporal.api.enums.v1.IndexedValueType;
import java.util.List;
import java.util.Map;

/// What the stack consists of besides its two servers.
///
/// @param searchAttributes to register with the Temporal server
/// @param workers to run; none for a command that only reads
public record StackPlan(Map<String, IndexedValueType> searchAttributes, List<WorkerPlan> workers) {
    public StackPlan {
        searchAttributes = Map.copyOf(searchAttributes);
        workers = List.copyOf(workers);
    }
}
