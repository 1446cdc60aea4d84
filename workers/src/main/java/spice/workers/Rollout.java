package spice.workers;

import com.google.protobuf.ByteString;
import com.google.protobuf.FieldMask;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.deployment.v1.WorkerDeploymentInfo;
import io.temporal.api.deployment.v1.WorkerDeploymentInfo.WorkerDeploymentVersionSummary;
import io.temporal.api.enums.v1.TaskQueueType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.taskqueue.v1.PollerInfo;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflow.v1.PostResetOperation;
import io.temporal.api.workflow.v1.VersioningOverride;
import io.temporal.api.workflow.v1.VersioningOverride.PinnedOverride;
import io.temporal.api.workflow.v1.VersioningOverride.PinnedOverrideBehavior;
import io.temporal.api.workflow.v1.WorkflowExecutionOptions;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkerDeploymentRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkerDeploymentResponse;
import io.temporal.api.workflowservice.v1.ResetWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.SetWorkerDeploymentCurrentVersionRequest;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowExecutionMetadata;
import io.temporal.client.WorkflowTargetOptions;
import io.temporal.common.SearchAttributeKey;
import io.temporal.common.WorkerDeploymentVersion;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.workflows.TaskQueues;

/// What becomes of runs when a worker of another build comes. The server gives what is new, and every run's next
/// workflow task, to the build that is *current*; an iteration stays with the build that it began with.
///
/// With the mandate to do so, the worker makes its build the current one; without, only where none is yet, and
/// otherwise it says what is to be done. While its build is current, iterations of builds that nobody serves any
/// more are begun again with it.
final class Rollout implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Rollout.class);

    /// The server knows a build only from the first time that a worker has asked it for work.
    private static final Duration UNTIL_KNOWN = Duration.ofMillis(200);

    private static final Duration UNTIL_ANSWERED = Duration.ofSeconds(5);
    private static final Duration LOOK = Duration.ofSeconds(10);

    /// A worker asks anew at least once a minute.
    private static final Duration GONE = Duration.ofSeconds(75);

    private static final SearchAttributeKey<String> BUILD =
            SearchAttributeKey.forKeyword("TemporalWorkerDeploymentVersion");

    private final TemporalConnection temporal;
    private final String namespace;
    private final WorkerDeploymentVersion build;
    private final String worker;
    private final boolean makeCurrent;
    private final Thread thread;
    private boolean hasComplained;

    private Rollout(TemporalConnection temporal, WorkerDeploymentVersion build, String worker, boolean makeCurrent) {
        this.temporal = temporal;
        this.namespace = temporal.client().getOptions().getNamespace();
        this.build = build;
        this.worker = worker;
        this.makeCurrent = makeCurrent;
        this.thread = Thread.ofVirtual().name("rollout").unstarted(this::run);
    }

    /// Begins beside a worker that asks for work already.
    ///
    /// @param worker its name
    /// @param makeCurrent whether its build is to take over
    static Rollout start(
            TemporalConnection temporal, WorkerDeploymentVersion build, String worker, boolean makeCurrent) {
        Rollout rollout = new Rollout(temporal, build, worker, makeCurrent);
        rollout.thread.start();
        return rollout;
    }

    /// How a worker's identity begins, by which its predecessors of the same name are known.
    static String identityOf(String worker) {
        return "spice %s ".formatted(worker);
    }

    private void run() {
        try {
            while (!isSettled()) {
                Thread.sleep(hasComplained ? UNTIL_ANSWERED : UNTIL_KNOWN);
            }
            while (true) {
                takeOver();
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException e) {
            // The worker ends.
        }
    }

    // ---- Which build is current ----

    private boolean isSettled() {
        try {
            return makeCurrent ? settle(ByteString.EMPTY) : settleIfNoneIsCurrent();
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.NOT_FOUND
                    && !Thread.currentThread().isInterrupted()) {
                complain(e);
            }
            return false;
        }
    }

    private boolean settleIfNoneIsCurrent() {
        DescribeWorkerDeploymentResponse deployment = deployment();
        WorkerDeploymentInfo info = deployment.getWorkerDeploymentInfo();
        if (info.getVersionSummariesList().stream()
                .map(WorkerDeploymentVersionSummary::getDeploymentVersion)
                .noneMatch(this::isOurs)) {
            return false;
        }
        if (!info.getRoutingConfig().hasCurrentDeploymentVersion()) {
            return settle(deployment.getConflictToken());
        }
        io.temporal.api.deployment.v1.WorkerDeploymentVersion current =
                info.getRoutingConfig().getCurrentDeploymentVersion();
        if (!isOurs(current)) {
            log.warn(
                    "this worker's build {} is not the current one, which is {}: runs go to workers of that build. To give them to this one: {}",
                    build.getBuildId(),
                    current.getBuildId(),
                    remedy());
        }
        return true;
    }

    /// @param token of the state on which this was decided; empty for any
    private boolean settle(ByteString token) {
        var _ = temporal.stubs()
                .blockingStub()
                .setWorkerDeploymentCurrentVersion(SetWorkerDeploymentCurrentVersionRequest.newBuilder()
                        .setNamespace(namespace)
                        .setDeploymentName(build.getDeploymentName())
                        .setBuildId(build.getBuildId())
                        .setConflictToken(token)
                        .setIdentity(temporal.client().getOptions().getIdentity())
                        .build());
        log.info("runs are given to build {}", build.getBuildId());
        return true;
    }

    /// Once: a server that is being restarted answers soon, and one that refuses will not change its mind.
    private void complain(StatusRuntimeException refusal) {
        if (!hasComplained) {
            log.warn(
                    "runs cannot be given to this worker's build {} yet ({}). It is tried again; somebody else may do it by: {}",
                    build.getBuildId(),
                    refusal.getMessage(),
                    remedy());
        }
        hasComplained = true;
    }

    private String remedy() {
        return "temporal worker deployment set-current-version --deployment-name %s --build-id %s --address %s --namespace %s --yes"
                .formatted(
                        build.getDeploymentName(),
                        build.getBuildId(),
                        temporal.stubs().getOptions().getTarget(),
                        namespace);
    }

    private DescribeWorkerDeploymentResponse deployment() {
        return temporal.stubs()
                .blockingStub()
                .describeWorkerDeployment(DescribeWorkerDeploymentRequest.newBuilder()
                        .setNamespace(namespace)
                        .setDeploymentName(build.getDeploymentName())
                        .build());
    }

    private boolean isOurs(io.temporal.api.deployment.v1.WorkerDeploymentVersion other) {
        return other.getDeploymentName().equals(build.getDeploymentName())
                && other.getBuildId().equals(build.getBuildId());
    }

    // ---- Iterations whose build is gone ----

    private void takeOver() {
        try {
            List<WorkflowExecutionMetadata> others = iterationsOfOtherBuilds();
            if (others.isEmpty()
                    || !isOurs(deployment()
                            .getWorkerDeploymentInfo()
                            .getRoutingConfig()
                            .getCurrentDeploymentVersion())) {
                return;
            }
            Set<String> served = servedBuilds();
            others.stream()
                    .filter(iteration -> !served.contains(
                            iteration.getTypedSearchAttributes().get(BUILD)))
                    .forEach(this::beginAgain);
        } catch (StatusRuntimeException | WorkflowException e) {
            // Tried again soon: the server may be away, or an iteration may just have ended.
            log.debug("iterations of other builds are looked at later", e);
        }
    }

    private List<WorkflowExecutionMetadata> iterationsOfOtherBuilds() {
        String query =
                "WorkflowType = 'SelfPlayIteration' AND ExecutionStatus = 'Running' AND TemporalWorkflowVersioningBehavior = 'Pinned' AND TemporalWorkerDeployment = '%s' AND TemporalWorkerDeploymentVersion != '%s'"
                        .formatted(build.getDeploymentName(), inSearch(build.getDeploymentName(), build.getBuildId()));
        try (Stream<WorkflowExecutionMetadata> found = temporal.client().listExecutions(query)) {
            return found.toList();
        }
    }

    private static String inSearch(@Nullable String deployment, @Nullable String build) {
        return "%s:%s".formatted(deployment, build);
    }

    /// Builds whose workers have asked for work of late. Not those of this worker's name: there is one at a time,
    /// and the others came before it.
    private Set<String> servedBuilds() {
        long now = System.currentTimeMillis();
        return temporal
                .stubs()
                .blockingStub()
                .describeTaskQueue(DescribeTaskQueueRequest.newBuilder()
                        .setNamespace(namespace)
                        .setTaskQueue(TaskQueue.newBuilder().setName(TaskQueues.RUNS))
                        .setTaskQueueType(TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW)
                        .build())
                .getPollersList()
                .stream()
                .filter(poller -> !poller.getIdentity().startsWith(identityOf(worker)))
                .filter(poller -> now - poller.getLastAccessTime().getSeconds() * 1000 < GONE.toMillis())
                .map(PollerInfo::getDeploymentOptions)
                .map(options -> inSearch(options.getDeploymentName(), options.getBuildId()))
                .collect(Collectors.toSet());
    }

    /// A reset to the beginning rather than a mere change of build: the code of the steps may be another, and what
    /// they have done is in the store. The run goes on waiting for it, by the id.
    private void beginAgain(WorkflowExecutionMetadata iteration) {
        WorkflowExecution execution = iteration.getExecution();
        OptionalLong beginning =
                temporal.client().fetchHistory(execution.getWorkflowId(), execution.getRunId()).getEvents().stream()
                        .filter(HistoryEvent::hasWorkflowTaskCompletedEventAttributes)
                        .mapToLong(HistoryEvent::getEventId)
                        .findFirst();
        if (beginning.isEmpty() || !isOpen(execution)) {
            return;
        }
        var _ = temporal.stubs()
                .blockingStub()
                .resetWorkflowExecution(ResetWorkflowExecutionRequest.newBuilder()
                        .setNamespace(namespace)
                        .setWorkflowExecution(execution)
                        .setWorkflowTaskFinishEventId(beginning.getAsLong())
                        .setRequestId(UUID.randomUUID().toString())
                        .setReason("no worker of its build is there any more")
                        .addPostResetOperations(withOurBuild())
                        .build());
        log.info(
                "{}, begun with {}, which no worker serves any more, goes on with build {}",
                execution.getWorkflowId(),
                iteration.getTypedSearchAttributes().get(BUILD),
                build.getBuildId());
    }

    /// The list lags behind, and what has ended would be begun again, too.
    private boolean isOpen(WorkflowExecution execution) {
        return temporal.client()
                        .newUntypedWorkflowStub(WorkflowTargetOptions.newBuilder()
                                .setWorkflowExecution(execution)
                                .build())
                        .describe()
                        .getStatus()
                == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
    }

    private PostResetOperation withOurBuild() {
        VersioningOverride override = VersioningOverride.newBuilder()
                .setPinned(PinnedOverride.newBuilder()
                        .setBehavior(PinnedOverrideBehavior.PINNED_OVERRIDE_BEHAVIOR_PINNED)
                        .setVersion(io.temporal.api.deployment.v1.WorkerDeploymentVersion.newBuilder()
                                .setDeploymentName(build.getDeploymentName())
                                .setBuildId(build.getBuildId())))
                .build();
        return PostResetOperation.newBuilder()
                .setUpdateWorkflowOptions(PostResetOperation.UpdateWorkflowOptions.newBuilder()
                        .setUpdateMask(FieldMask.newBuilder().addPaths("versioning_override"))
                        .setWorkflowExecutionOptions(
                                WorkflowExecutionOptions.newBuilder().setVersioningOverride(override)))
                .build();
    }

    /// Ends what is under way; the next worker of this build goes on.
    @Override
    public void close() {
        thread.interrupt();
    }
}
