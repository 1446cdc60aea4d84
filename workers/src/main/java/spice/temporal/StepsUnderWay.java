package spice.temporal;

import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DataConverterException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import spice.runs.StepWork;

/// The steps that a run is at, as their latest heartbeats tell.
public final class StepsUnderWay {
    private StepsUnderWay() {}

    /// The run and its iteration.
    ///
    /// @throws StatusRuntimeException if the server knows no such run, or does not answer
    public static Stream<DescribeWorkflowExecutionResponse> executions(TemporalConnection temporal, String run) {
        DescribeWorkflowExecutionResponse described = temporal.describe(run);
        return Stream.concat(
                Stream.of(described),
                described.getPendingChildrenList().stream().map(child -> temporal.describe(child.getWorkflowId())));
    }

    /// What the run works on; lanes of one stage are counted together. Empty if nothing is known.
    public static List<StepWork> of(TemporalConnection temporal, String run) {
        try {
            Map<String, StepWork> works = new LinkedHashMap<>();
            executions(temporal, run)
                    .flatMap(execution -> execution.getPendingActivitiesList().stream())
                    .filter(PendingActivityInfo::hasHeartbeatDetails)
                    .flatMap(activity -> work(activity.getHeartbeatDetails()).stream())
                    .forEach(work -> works.merge(work.what(), work, StepWork::with));
            return List.copyOf(works.values());
        } catch (StatusRuntimeException e) {
            return List.of();
        }
    }

    /// The same in words; empty if nothing is known.
    public static String inWords(Collection<StepWork> works) {
        return works.stream().map(StepWork::toString).collect(Collectors.joining(" · "));
    }

    /// Workers of an older version say it in a text.
    private static Optional<StepWork> work(Payloads details) {
        DataConverter converter = spice.runs.Payloads.converter();
        try {
            return Optional.ofNullable(converter.fromPayloads(0, Optional.of(details), StepWork.class, StepWork.class));
        } catch (DataConverterException e) {
            return Optional.ofNullable(converter.fromPayloads(0, Optional.of(details), String.class, String.class))
                    .map(StepWork::uncounted);
        }
    }
}
