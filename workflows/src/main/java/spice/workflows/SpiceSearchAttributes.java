package spice.workflows;

import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.common.SearchAttributeKey;
import java.util.Map;

/// What people sort and filter runs by in the Temporal UI. Few: a server on SQL has room for 3 Int, 3 Double and
/// 10 Keyword in all. They must be registered before the first run (an unknown one would hold its workflow task
/// for ever), which whoever starts a worker sees to.
public final class SpiceSearchAttributes {
    public static final SearchAttributeKey<Long> ITERATION = SearchAttributeKey.forLong("SpiceIteration");
    public static final SearchAttributeKey<Double> PASS_RATE = SearchAttributeKey.forDouble("SpicePassRate");
    public static final SearchAttributeKey<String> STATE = SearchAttributeKey.forKeyword("SpiceState");
    /// While the run waits for a person: the name of what failed.
    public static final SearchAttributeKey<String> FAILURE = SearchAttributeKey.forKeyword("SpiceFailure");
    public static final SearchAttributeKey<String> LINEAGE = SearchAttributeKey.forKeyword("SpiceLineage");

    /// Names and types, as a server registers them.
    public static final Map<String, IndexedValueType> ALL = Map.of(
            ITERATION.getName(), ITERATION.getValueType(),
            PASS_RATE.getName(), PASS_RATE.getValueType(),
            STATE.getName(), STATE.getValueType(),
            FAILURE.getName(), FAILURE.getValueType(),
            LINEAGE.getName(), LINEAGE.getValueType());

    private SpiceSearchAttributes() {}
}
