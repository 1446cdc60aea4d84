package spice.local;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.time.Duration;

/// A Temporal server that somebody else runs.
final class ConfiguredTemporal {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private ConfiguredTemporal() {}

    /// @throws UserError if it does not answer, refuses us, or lacks the namespace
    static void requireUsable(ClientConfigProfile profile) {
        String namespace = profile.toWorkflowClientOptions().getNamespace();
        String server =
                "the Temporal server at %s (from temporal.toml or TEMPORAL_ADDRESS)".formatted(profile.getAddress());
        WorkflowServiceStubs stubs = WorkflowServiceStubs.newServiceStubs(profile.toWorkflowServiceStubsOptions());
        try {
            stubs.connect(PATIENCE);
            stubs.blockingStub()
                    .describeNamespace(DescribeNamespaceRequest.newBuilder()
                            .setNamespace(namespace)
                            .build());
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                throw new UserError("%s has no namespace %s. Have it made, or set TEMPORAL_NAMESPACE to another."
                        .formatted(server, namespace));
            }
            throw new UserError(
                    "%s cannot be used: %s %s. Check its address and your credentials, or unset TEMPORAL_ADDRESS to use one of our own."
                            .formatted(
                                    server,
                                    e.getStatus().getCode(),
                                    e.getStatus().getDescription()),
                    e);
        } catch (RuntimeException e) {
            throw new UserError(
                    "%s does not answer. Is it running? Unset TEMPORAL_ADDRESS to use one of our own."
                            .formatted(server),
                    e);
        } finally {
            stubs.shutdownNow();
        }
    }
}
