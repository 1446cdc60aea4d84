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
import spice.temporal.TemporalConnection;
import spice.workflows.TaskQueues;

/// Decides which build runs go to when a worker of another build starts. The server gives new runs, and the next
/// workflow task of every run, to the *current* build; an iteration stays with the build that began it.
///
/// A worker started with `--make-current` makes its build the current one. Without that option it does so only if
/// no build is current yet; otherwise its log says how to do it. While its build is current, the worker restarts
/// the iterations of builds that no worker serves any more.
final class Rollout implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Rollout.class);

    /// Pause before asking again: the server knows a build only after one of its workers has polled for work.
    private static final Duration UNTIL_KNOWN = Duration.ofMillis(200);

    private static final Duration UNTIL_ANSWERED = Duration.ofSeconds(5);
    /// How often to look for iterations whose build is gone.
    private static final Duration LOOK = Duration.ofSeconds(10);

    /// A worker that has not polled for this long is gone: workers poll at least once a minute.
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
        this.namespace = temporal.namespace();
        this.build = build;
        this.worker = worker;
        this.makeCurrent = makeCurrent;
        this.thread = Thread.ofVirtual().name("rollout").unstarted(this::run);
    }

    /// Starts a rollout, on a thread of its own, for a worker that already polls for work.
    ///
    /// @param worker the worker's name
    /// @param makeCurrent whether to make the worker's build the current one
    static Rollout start(
            TemporalConnection temporal, WorkerDeploymentVersion build, String worker, boolean makeCurrent) {
        Rollout rollout = new Rollout(temporal, build, worker, makeCurrent);
        rollout.thread.start();
        return rollout;
    }

    /// Prefix of a worker's identity in Temporal, by which its predecessors of the same name are recognised.
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

    /// @param token conflict token of the state that led to the decision; empty to overwrite any state
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

    /// Logs a refusal once: a restarting server answers soon, and one that refuses will not change its mind.
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
            // The next look tries again: the server may be away, or an iteration may just have ended.
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

    /// Builds whose workers polled recently. Workers of this worker's own name do not count: only one lives at a
    /// time, so the others are its predecessors.
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

    /// Resets an iteration to its beginning, on this build. Changing its build alone would not do, since the code
    /// of its steps may differ; what the steps have done is in the store. The run keeps waiting for the iteration
    /// by its workflow id.
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

    /// Asks for the iteration itself: the list lags behind, and a reset would restart even an iteration that has
    /// ended.
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

    /// Stops at once; the next worker of this build goes on.
    @Override
    public void close() {
        thread.interrupt();
    }
}
