package spice.deployed;

import static org.assertj.core.api.Assertions.fail;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.PendingActivityState;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.output.ToStringConsumer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;
import spice.runs.Payloads;
import spice.runs.RunReport;
import spice.workflows.TaskQueues;

/// Four containers on their own network, as in `infra/compose.yaml`: Temporal, S3, a CPU worker, a GPU worker. Each
/// has its own data, which live as long as the container.
final class Deployment implements AutoCloseable {
    private static final String LINEAGE = "line";
    private static final String NAMESPACE = "default";
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration LOOK = Duration.ofMillis(50);

    /// Marks the containers of this checkout's tests, so that those left by a killed run can be found.
    private static final String LABEL = "spice.test";

    private static final String OWNER =
            UUID.nameUUIDFromBytes(Images.ROOT.toString().getBytes()).toString();

    private static final int TEMPORAL_PORT = 7233;
    private static final String S3_ADDRESS = "s3:9233";
    private static final String KEY = "test";
    private static final String SECRET = UUID.randomUUID().toString();

    /// The containers run as another user.
    private static final int READABLE = 0755;

    private final DockerClient engine = DockerClientFactory.lazyClient();
    private final Network network = Network.builder()
            .createNetworkCmdModifier(network -> network.withLabels(Map.of(LABEL, OWNER)))
            .build();
    private final Map<String, ToStringConsumer> outputs = new TreeMap<>();
    private final List<GenericContainer<?>> all = new ArrayList<>();
    private final GenericContainer<?> temporal;
    private final GenericContainer<?> s3;
    private final GenericContainer<?> cpuWorker;
    private final GenericContainer<?> gpuWorker;
    private final WorkflowServiceStubs stubs;
    private final WorkflowClient client;

    private Deployment(Path corpus, String s3OfGpuWorker) {
        int port = freePort();
        temporal = container("temporal", "temporal").waitingFor(Wait.forLogMessage(".*Temporal Server:.*\\n", 1));
        // A port chosen by the engine would change with a restart.
        temporal.setPortBindings(List.of("127.0.0.1:%d:%d".formatted(port, TEMPORAL_PORT)));
        s3 = container("s3", "s3").withEnv(Map.of("ROOT_ACCESS_KEY", KEY, "ROOT_SECRET_KEY", SECRET));
        cpuWorker = worker("cpu-worker", S3_ADDRESS)
                .withCommand("worker", "--queues", "cpu", "--make-current", "--corpus", "ledgers=/ledgers")
                .withCopyFileToContainer(MountableFile.forHostPath(corpus, READABLE), "/ledgers");
        gpuWorker = worker("gpu-worker", s3OfGpuWorker).withCommand("worker", "--queues", "sample,train");
        stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget("127.0.0.1:" + port)
                .build());
        client = WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build());
    }

    /// Starts all four.
    ///
    /// @param corpus folder of documents; runs know it as the corpus `ledgers`
    static Deployment start(Path corpus) {
        Deployment deployment = new Deployment(corpus, S3_ADDRESS);
        deployment.startAll();
        return deployment;
    }

    /// Starts all four and a [HoldingRelay] between the GPU worker and S3.
    ///
    /// @param holdAt bytes of one upload after which the relay holds it
    static Deployment startWithRelay(Path corpus, int holdAt) {
        Deployment deployment = new Deployment(corpus, HoldingRelay.ADDRESS);
        deployment
                .container("relay", "worker")
                .withCreateContainerCmdModifier(command -> command.withEntrypoint("java"))
                .withCommand("-cp", "/relay", HoldingRelay.class.getName(), S3_ADDRESS, Integer.toString(holdAt))
                .withCopyFileToContainer(
                        MountableFile.forClasspathResource(
                                HoldingRelay.class.getName().replace('.', '/') + ".class"),
                        "/relay/%s.class".formatted(HoldingRelay.class.getName().replace('.', '/')));
        deployment.startAll();
        return deployment;
    }

    /// Removes what a killed run of these tests left behind.
    static void sweep() {
        DockerClient engine = DockerClientFactory.lazyClient();
        List<Container> left = engine.listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of(LABEL, OWNER))
                .exec();
        left.forEach(container -> engine.removeContainerCmd(container.getId())
                .withForce(true)
                .withRemoveVolumes(true)
                .exec());
        engine.listNetworksCmd().withFilter("label", List.of(LABEL + "=" + OWNER)).exec().stream()
                .forEach(network -> engine.removeNetworkCmd(network.getId()).exec());
    }

    private GenericContainer<?> container(String name, String image) {
        ToStringConsumer output = new ToStringConsumer();
        outputs.put(name, output);
        GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(Images.name(image)))
                .withImagePullPolicy(_ -> false)
                .withNetwork(network)
                .withNetworkAliases(name)
                .withLabel(LABEL, OWNER)
                .withLogConsumer(output);
        all.add(container);
        return container;
    }

    private GenericContainer<?> worker(String name, String s3Address) {
        return container(name, "worker")
                .withEnv(Map.of(
                        "TEMPORAL_ADDRESS",
                        "temporal:" + TEMPORAL_PORT,
                        "AWS_ENDPOINT_URL_S3",
                        "http://" + s3Address,
                        "AWS_REGION",
                        "us-east-1",
                        "AWS_ACCESS_KEY_ID",
                        KEY,
                        "AWS_SECRET_ACCESS_KEY",
                        SECRET));
    }

    private void startAll() {
        try {
            all.forEach(GenericContainer::start);
            stubs.connect(PATIENCE);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    GenericContainer<?> temporal() {
        return temporal;
    }

    GenericContainer<?> s3() {
        return s3;
    }

    GenericContainer<?> cpuWorker() {
        return cpuWorker;
    }

    GenericContainer<?> gpuWorker() {
        return gpuWorker;
    }

    /// Starts the run and returns at once.
    void begin(Map<String, Object> settings) {
        client.newUntypedWorkflowStub(
                        "SelfPlayRun",
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(TaskQueues.RUNS)
                                .setWorkflowId(LINEAGE)
                                .build())
                .start(settings);
    }

    /// Waits for the run's end.
    RunReport end() throws TimeoutException {
        try {
            return client.newUntypedWorkflowStub(LINEAGE)
                    .getResult(PATIENCE.toSeconds(), TimeUnit.SECONDS, RunReport.class);
        } catch (RuntimeException | TimeoutException e) {
            showOutputs();
            throw e;
        }
    }

    private void showOutputs() {
        outputs.forEach((name, output) -> System.err.printf("--- %s%n%s%n", name, output.toUtf8String()));
    }

    /// Waits until a worker is at this step of an iteration.
    void awaitStep(String step, int iteration) throws InterruptedException {
        await(
                "%s of iteration %d".formatted(step, iteration),
                () -> pending(iteration).stream().filter(isA(step)).anyMatch(Deployment::isStarted));
    }

    /// Interrupts the GPU worker while it is at a step of an iteration, until the server has given up on that
    /// attempt. If the step ends in the moment before, the next one is interrupted.
    void interrupt(int iteration, Runnable cut, Runnable mend) throws InterruptedException {
        boolean lost = false;
        while (!lost) {
            PendingActivityInfo step = awaitStep(iteration);
            cut.run();
            lost = awaitEnd(step, iteration);
            mend.run();
        }
    }

    private PendingActivityInfo awaitStep(int iteration) throws InterruptedException {
        AtomicReference<Optional<PendingActivityInfo>> found = new AtomicReference<>(Optional.empty());
        await("a step of iteration %d".formatted(iteration), () -> {
            found.set(pending(iteration).stream()
                    .filter(isA("Pose").or(isA("Attempt")).or(isA("Train")))
                    .filter(Deployment::isStarted)
                    .findFirst());
            return found.get().isPresent();
        });
        return found.get().orElseThrow();
    }

    /// Waits until an attempt of a step has ended.
    ///
    /// @return whether the server has given it up and will retry the step
    private boolean awaitEnd(PendingActivityInfo step, int iteration) throws InterruptedException {
        AtomicBoolean isLost = new AtomicBoolean();
        await("the end of " + step.getActivityType().getName(), () -> {
            Optional<PendingActivityInfo> now = pending(iteration).stream()
                    .filter(activity -> activity.getActivityId().equals(step.getActivityId()))
                    .findFirst();
            isLost.set(now.filter(activity -> activity.getAttempt() > step.getAttempt())
                    .isPresent());
            return now.isEmpty() || isLost.get();
        });
        return isLost.get();
    }

    void awaitOutput(String container, String text) throws InterruptedException {
        await("'%s' from %s".formatted(text, container), () -> output(container).contains(text));
    }

    private String output(String container) {
        return Optional.ofNullable(outputs.get(container)).orElseThrow().toUtf8String();
    }

    private static boolean isStarted(PendingActivityInfo activity) {
        return activity.getState() == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED;
    }

    private static Predicate<PendingActivityInfo> isA(String step) {
        return activity -> activity.getActivityType().getName().equals(step);
    }

    private List<PendingActivityInfo> pending(int iteration) {
        try {
            return stubs.blockingStub()
                    .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                            .setNamespace(NAMESPACE)
                            .setExecution(WorkflowExecution.newBuilder()
                                    .setWorkflowId("%s/iteration-%d".formatted(LINEAGE, iteration)))
                            .build())
                    .getPendingActivitiesList();
        } catch (StatusRuntimeException e) {
            // There is no such iteration yet, or no server.
            return List.of();
        }
    }

    private void await(String what, Supplier<Boolean> condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.get()) {
            if (System.nanoTime() > deadline) {
                showOutputs();
                fail("waited for %s in vain".formatted(what));
            }
            Thread.sleep(LOOK);
        }
    }

    /// Kills the container by SIGKILL and starts it again with its data.
    void killAndRestart(GenericContainer<?> container) {
        engine.killContainerCmd(container.getContainerId()).exec();
        engine.startContainerCmd(container.getContainerId()).exec();
    }

    void pause(GenericContainer<?> container) {
        engine.pauseContainerCmd(container.getContainerId()).exec();
    }

    void unpause(GenericContainer<?> container) {
        engine.unpauseContainerCmd(container.getContainerId()).exec();
    }

    void cutOff(GenericContainer<?> container) {
        engine.disconnectFromNetworkCmd()
                .withContainerId(container.getContainerId())
                .withNetworkId(network.getId())
                .exec();
    }

    void reconnect(GenericContainer<?> container) {
        engine.connectToNetworkCmd()
                .withContainerId(container.getContainerId())
                .withNetworkId(network.getId())
                .exec();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        stubs.shutdownNow();
        all.reversed().forEach(GenericContainer::stop);
        network.close();
    }
}
