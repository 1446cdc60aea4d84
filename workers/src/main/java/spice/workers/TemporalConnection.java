package spice.workers;

import com.uber.m3.tally.NoopScope;
import com.uber.m3.tally.Scope;
import io.grpc.Status;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.schedules.ScheduleClient;
import io.temporal.client.schedules.ScheduleClientOptions;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import spice.local.LocalSettings;
import spice.local.ServerTrouble;
import spice.local.TemporalLadder;
import spice.local.UserError;
import spice.workflows.Payloads;

/// A client of the Temporal server that `temporal.toml` or `TEMPORAL_*` name; without either, of the local one.
final class TemporalConnection implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(200);

    private final WorkflowServiceStubs stubs;
    private final WorkflowClient client;

    private TemporalConnection(WorkflowServiceStubs stubs, WorkflowClient client) {
        this.stubs = stubs;
        this.client = client;
    }

    /// @param identity how this process is called in the Temporal UI
    /// @param patience how long to wait for the server to answer
    /// @throws UserError if it does not
    static TemporalConnection open(String identity, Duration patience) {
        return open(TemporalLadder.profile(LocalSettings.from(System.getenv()), System.getenv()), identity, patience);
    }

    /// The same, if the server answers, for those who can do without it.
    static Optional<TemporalConnection> tried(String identity, Duration patience) {
        try {
            return Optional.of(open(identity, patience));
        } catch (UserError e) {
            return Optional.empty();
        }
    }

    /// The same, with what the SDK does counted.
    static TemporalConnection open(String identity, Duration patience, Scope meters) {
        return open(
                TemporalLadder.profile(LocalSettings.from(System.getenv()), System.getenv()),
                identity,
                patience,
                meters);
    }

    /// The same on the server that this profile names.
    ///
    /// @throws UserError if it does not answer, or refuses us
    static TemporalConnection open(ClientConfigProfile profile, String identity, Duration patience) {
        return open(profile, identity, patience, new NoopScope());
    }

    private static TemporalConnection open(
            ClientConfigProfile profile, String identity, Duration patience, Scope meters) {
        WorkflowServiceStubs stubs = WorkflowServiceStubs.newServiceStubs(
                WorkflowServiceStubsOptions.newBuilder(profile.toWorkflowServiceStubsOptions())
                        .setMetricsScope(meters)
                        .build());
        try {
            connect(stubs, patience);
        } catch (RuntimeException e) {
            stubs.shutdownNow();
            throw new UserError(
                    ServerTrouble.of(e).isRefusal()
                            ? refusal(e)
                            : "no Temporal server answers at %s (%s); start one with `spice up`, or set TEMPORAL_ADDRESS"
                                    .formatted(
                                            stubs.getOptions().getTarget(),
                                            ServerTrouble.of(e).words()),
                    e);
        }
        WorkflowClientOptions options = WorkflowClientOptions.newBuilder(profile.toWorkflowClientOptions())
                .setDataConverter(Payloads.converter())
                .setIdentity(identity)
                .build();
        return new TemporalConnection(stubs, WorkflowClient.newInstance(stubs, options));
    }

    /// A server that is being started answers that it is not healthy, which the SDK takes for an end.
    private static void connect(WorkflowServiceStubs stubs, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                stubs.connect(Duration.ofNanos(Math.max(LOOK.toNanos(), deadline - System.nanoTime())));
                return;
            } catch (RuntimeException e) {
                if (System.nanoTime() > deadline || ServerTrouble.of(e).isRefusal()) {
                    throw e;
                }
                LockSupport.parkNanos(LOOK.toNanos());
            }
        }
    }

    /// What a server that answers, but not with what was asked for, is to be met with.
    static String refusal(Throwable answer) {
        Status status = Status.fromThrowable(answer);
        return "the Temporal server refuses (%s: %s). Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and TEMPORAL_API_KEY, or temporal.toml."
                .formatted(status.getCode(), status.getDescription());
    }

    WorkflowServiceStubs stubs() {
        return stubs;
    }

    WorkflowClient client() {
        return client;
    }

    ScheduleClient schedules() {
        return ScheduleClient.newInstance(
                stubs,
                ScheduleClientOptions.newBuilder()
                        .setNamespace(client.getOptions().getNamespace())
                        .setIdentity(client.getOptions().getIdentity())
                        .setDataConverter(Payloads.converter())
                        .build());
    }

    @Override
    public void close() {
        stubs.shutdownNow();
    }
}
