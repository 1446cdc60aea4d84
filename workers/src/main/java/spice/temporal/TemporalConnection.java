package spice.temporal;

import com.uber.m3.tally.NoopScope;
import com.uber.m3.tally.Scope;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.namespace.v1.NamespaceInfo;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.schedules.ScheduleClient;
import io.temporal.client.schedules.ScheduleClientOptions;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import spice.local.LocalSettings;
import spice.local.ServerTrouble;
import spice.local.StackName;
import spice.local.TemporalLadder;
import spice.program.Environment;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.runs.Payloads;
import spice.upkeep.StoreUser;

/// A client of a Temporal server: by default the one that `temporal.toml` or `TEMPORAL_*` names, else the local
/// one.
public final class TemporalConnection implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Pattern ON_THIS_MACHINE = Pattern.compile("127\\.0\\.0\\.1:(\\d{1,5})");

    private final WorkflowServiceStubs stubs;
    private final WorkflowClient client;

    private TemporalConnection(WorkflowServiceStubs stubs, WorkflowClient client) {
        this.stubs = stubs;
        this.client = client;
    }

    /// Connects to the server that this process's settings and environment name.
    ///
    /// @param identity name of this process in the Temporal UI
    /// @param patience how long to wait for the server to answer
    /// @throws UserError if the server does not answer, or refuses us
    public static TemporalConnection open(String identity, Duration patience) {
        return openMetered(identity, patience, new NoopScope());
    }

    /// Connects as [#open] does, and counts in `meters` what the SDK does.
    public static TemporalConnection openMetered(String identity, Duration patience, Scope meters) {
        LocalSettings local = LocalSettings.ofThisProcess();
        return ours(connect(TemporalLadder.profile(local, Environment.variables()), identity, patience, meters), local);
    }

    /// For programs that can do without a server: empty if none answers.
    ///
    /// @throws UserError if another stack's server answers
    public static Optional<TemporalConnection> openIfReachable(String identity, Duration patience) {
        LocalSettings local = LocalSettings.ofThisProcess();
        TemporalConnection opened;
        try {
            opened = connect(
                    TemporalLadder.profile(local, Environment.variables()), identity, patience, new NoopScope());
        } catch (UserError e) {
            return Optional.empty();
        }
        return Optional.of(ours(opened, local));
    }

    /// Of two stacks in different folders with the same ports, one answers for both.
    private static TemporalConnection ours(TemporalConnection opened, LocalSettings local) {
        if (TemporalLadder.isConfigured(local, Environment.variables())) {
            return opened;
        }
        Optional<StackName> other = opened.stack().filter(name -> !name.isOf(local));
        if (other.isPresent()) {
            opened.close();
            throw new UserError(
                    "at %s answers the %s, but this command is for the stack in %s; set SPICE_HOME to the former, or start the latter by `spice up` with another SPICE_TEMPORAL_PORT"
                            .formatted(local.temporalAddress(), other.get(), local.home()),
                    ExitCode.BAD_INPUT);
        }
        return opened;
    }

    /// The stack whose server this is; empty if it is no stack's, or does not say.
    public Optional<StackName> stack() {
        try {
            return StackName.in(namespaceInfo());
        } catch (StatusRuntimeException e) {
            // A key may be allowed to work in a namespace and not to describe it.
            if (e.getStatus().getCode() == Status.Code.PERMISSION_DENIED) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /// Connects to the server that a profile names, such as that of a stack.
    ///
    /// @throws UserError if the server does not answer, or refuses us
    public static TemporalConnection openAt(ClientConfigProfile profile, String identity, Duration patience) {
        return connect(profile, identity, patience, new NoopScope());
    }

    private static TemporalConnection connect(
            ClientConfigProfile profile, String identity, Duration patience, Scope meters) {
        WorkflowServiceStubs stubs = WorkflowServiceStubs.newServiceStubs(
                WorkflowServiceStubsOptions.newBuilder(profile.toWorkflowServiceStubsOptions())
                        .setMetricsScope(meters)
                        .build());
        try {
            awaitAnswer(stubs, patience);
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

    /// Asks again until the server is healthy: the SDK gives up on a server that is still starting and says that it
    /// is not healthy yet.
    private static void awaitAnswer(WorkflowServiceStubs stubs, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        awaitListener(stubs.getOptions().getTarget(), deadline);
        askUntil(deadline, e -> !ServerTrouble.of(e).isRefusal(), () -> {
            stubs.connect(Duration.ofNanos(Math.max(LOOK.toNanos(), deadline - System.nanoTime())));
            return stubs;
        });
    }

    /// Waits until a port of this machine is listened to. gRPC pauses longer and longer between its tries, and would
    /// notice neither soon that a server has come nor in time that none will.
    ///
    /// @throws UncheckedIOException if nothing listens until the deadline
    private static void awaitListener(String target, long deadline) {
        Matcher local = ON_THIS_MACHINE.matcher(target);
        if (local.matches()) {
            askUntil(deadline, UncheckedIOException.class::isInstance, () -> {
                try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(local.group(1)))) {
                    return target;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    /// The first answer. Asks again after each failure that may pass, until the deadline.
    private static <T> T askUntil(long deadline, Predicate<RuntimeException> mayPass, Supplier<T> question) {
        while (true) {
            try {
                return question.get();
            } catch (RuntimeException e) {
                if (System.nanoTime() > deadline || !mayPass.test(e)) {
                    throw e;
                }
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    /// The message to the user for a server that answers but refuses a call.
    public static String refusal(Throwable answer) {
        Status status = Status.fromThrowable(answer);
        return "the Temporal server refuses (%s: %s). Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and TEMPORAL_API_KEY, or temporal.toml."
                .formatted(status.getCode(), status.getDescription());
    }

    /// Who answers, for people: a stack, or a server that somebody else runs.
    public String whose() {
        return stack().map(StackName::toString)
                .orElseGet(() -> "Temporal at %s, namespace %s"
                        .formatted(stubs.getOptions().getTarget(), namespace()));
    }

    public WorkflowServiceStubs stubs() {
        return stubs;
    }

    public WorkflowClient client() {
        return client;
    }

    public String namespace() {
        return client.getOptions().getNamespace();
    }

    /// This namespace as a user of a store.
    ///
    /// @throws UserError if the server refuses
    public StoreUser asUser() {
        try {
            return new StoreUser(namespaceInfo().getId(), stubs.getOptions().getTarget(), namespace());
        } catch (StatusRuntimeException e) {
            throw new UserError(refusal(e), e);
        }
    }

    /// A server that has answered may be started again at this moment.
    private NamespaceInfo namespaceInfo() {
        return askUntil(
                System.nanoTime() + Patience.OWN_STACK.toNanos(),
                e -> Status.fromThrowable(e).getCode() == Status.Code.UNAVAILABLE,
                () -> stubs.blockingStub()
                        .describeNamespace(DescribeNamespaceRequest.newBuilder()
                                .setNamespace(namespace())
                                .build())
                        .getNamespaceInfo());
    }

    /// Describes the newest run of a workflow.
    ///
    /// @throws StatusRuntimeException if the server knows no such workflow, or does not answer
    public DescribeWorkflowExecutionResponse describe(String workflow) {
        return stubs.blockingStub()
                .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace(namespace())
                        .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflow))
                        .build());
    }

    public ScheduleClient schedules() {
        return ScheduleClient.newInstance(
                stubs,
                ScheduleClientOptions.newBuilder()
                        .setNamespace(namespace())
                        .setIdentity(client.getOptions().getIdentity())
                        .setDataConverter(Payloads.converter())
                        .build());
    }

    @Override
    public void close() {
        stubs.shutdownNow();
    }
}
