package spice.temporal;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.operatorservice.v1.AddSearchAttributesRequest;
import io.temporal.api.operatorservice.v1.ListSearchAttributesRequest;
import io.temporal.serviceclient.OperatorServiceStubs;
import io.temporal.serviceclient.OperatorServiceStubsOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import spice.program.UserError;
import spice.runs.SpiceSearchAttributes;

/// Registers our search attributes with the server before any run: an unknown one blocks a run's workflow task for
/// ever.
public final class SearchAttributes {
    private SearchAttributes() {}

    /// Registers the attributes that the server does not know yet.
    ///
    /// @throws UserError if the server refuses
    public static void register(TemporalConnection temporal) {
        WorkflowServiceStubs stubs = temporal.stubs();
        String namespace = temporal.namespace();
        OperatorServiceStubs operator = OperatorServiceStubs.newServiceStubs(OperatorServiceStubsOptions.newBuilder()
                .setChannel(stubs.getRawChannel())
                // They add the API key to each call, which the channel does not.
                .setGrpcMetadataProviders(stubs.getOptions().getGrpcMetadataProviders())
                .validateAndBuildWithDefaults());
        try {
            Map<String, IndexedValueType> missing = new TreeMap<>(SpiceSearchAttributes.ALL);
            missing.keySet()
                    .removeAll(operator.blockingStub()
                            .listSearchAttributes(ListSearchAttributesRequest.newBuilder()
                                    .setNamespace(namespace)
                                    .build())
                            .getCustomAttributesMap()
                            .keySet());
            if (!missing.isEmpty()) {
                operator.blockingStub()
                        .addSearchAttributes(AddSearchAttributesRequest.newBuilder()
                                .setNamespace(namespace)
                                .putAllSearchAttributes(missing)
                                .build());
            }
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.ALREADY_EXISTS) {
                throw new UserError(
                        "the Temporal server at %s does not let us register search attributes (%s); ask its operator to add %s to namespace %s"
                                .formatted(
                                        stubs.getOptions().getTarget(),
                                        e.getStatus().getCode(),
                                        names(),
                                        namespace));
            }
        }
    }

    private static String names() {
        return new TreeMap<>(SpiceSearchAttributes.ALL)
                .entrySet().stream()
                        .map(entry -> "%s (%s)"
                                .formatted(
                                        entry.getKey(), entry.getValue().name().replace("INDEXED_VALUE_TYPE_", "")))
                        .collect(Collectors.joining(", "));
    }
}
