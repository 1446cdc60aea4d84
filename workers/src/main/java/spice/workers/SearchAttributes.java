package spice.workers;

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
import spice.local.UserError;
import spice.workflows.SpiceSearchAttributes;

/// Makes sure, before any run, that the server knows our search attributes: an unknown one holds a run's workflow
/// task for ever.
final class SearchAttributes {
    private SearchAttributes() {}

    static void register(WorkflowServiceStubs stubs, String namespace) {
        OperatorServiceStubs operator = OperatorServiceStubs.newServiceStubs(OperatorServiceStubsOptions.newBuilder()
                .setChannel(stubs.getRawChannel())
                // The API key among them, which is not the channel's.
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
