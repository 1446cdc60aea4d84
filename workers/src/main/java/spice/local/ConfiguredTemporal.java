package spice.local;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.time.Duration;
import spice.program.UserError;

/// Checks a Temporal server that somebody else runs and the user has configured.
final class ConfiguredTemporal {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private ConfiguredTemporal() {}

    /// Returns if the server can be used.
    ///
    /// @throws UserError if the server does not answer, refuses the credentials, or lacks the namespace
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
        } catch (RuntimeException e) {
            if (e instanceof StatusRuntimeException answer && answer.getStatus().getCode() == Status.Code.NOT_FOUND) {
                throw new UserError("%s has no namespace %s. Have it made, or set TEMPORAL_NAMESPACE to another."
                        .formatted(server, namespace));
            }
            throw new UserError(
                    "%s cannot be used: %s. Is it running, and are TEMPORAL_TLS_* and your credentials as it wants them? Unset TEMPORAL_ADDRESS to use one of our own."
                            .formatted(server, ServerTrouble.of(e).words()),
                    e);
        } finally {
            stubs.shutdownNow();
        }
    }
}
