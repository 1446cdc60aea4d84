package spice.runs;

import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.common.SearchAttributeKey;
import java.util.Map;

/// The search attributes by which people sort and filter runs in the Temporal UI. They are few: a server on SQL
/// has room for 3 Int, 3 Double and 10 Keyword in all. A worker registers them when it starts, since an unknown
/// one would block a run's workflow task for ever.
public final class SpiceSearchAttributes {
    public static final SearchAttributeKey<Long> ITERATION = SearchAttributeKey.forLong("SpiceIteration");
    public static final SearchAttributeKey<Double> PASS_RATE = SearchAttributeKey.forDouble("SpicePassRate");
    public static final SearchAttributeKey<String> STATE = SearchAttributeKey.forKeyword("SpiceState");
    /// While the run waits for a person: the name of the failure.
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
