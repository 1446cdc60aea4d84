package spice.runs;

import io.temporal.failure.ApplicationFailure;
import java.util.Arrays;

/// The failures that no retry mends. The name is the failure's type in the Temporal UI, so that an operator can
/// search for it.
public enum Failure {
    /// The run's JSON cannot be used.
    INVALID_SETTINGS,
    /// The corpus is missing, empty, or holds nothing that can be parsed.
    CORPUS_UNUSABLE,
    /// The corpus has fewer passages than an iteration draws.
    CORPUS_TOO_SMALL,
    /// The model's folder is incomplete, or its kind is unknown.
    MODEL_UNUSABLE,
    /// The held-out file is missing or unreadable.
    HELD_OUT_UNUSABLE,
    /// The lineage has no checkpoint to continue from.
    LINEAGE_EMPTY,
    /// `spice store gc` has removed the checkpoint's weights.
    CHECKPOINT_RETIRED,
    /// The model poses no valid task on the corpus: the first Challenger, or three iterations in a row, or all
    /// iterations of a run.
    NO_VALID_TASKS,
    /// No iteration of the run took a gradient update.
    NOTHING_LEARNED,
    /// The policy has posed valid tasks, and poses none any more since it learned.
    POLICY_COLLAPSED,
    /// A person aborted the run.
    ABORTED,
    /// Something failed, and nobody decided about it in time.
    UNATTENDED,
    /// A run of the lineage is under way, so the schedule skips its night.
    LINEAGE_BUSY,
    /// The loss or the gradient is not a number.
    TRAINING_DIVERGED,
    /// The vLLM server was started with options that do not work here, or with another model.
    VLLM_UNUSABLE,
    /// A step was alive but made no progress for longer than the worker's patience. It is retried twice, since the
    /// device or the store may have been at fault.
    NOT_ADVANCING,
    /// The run names a launcher as its trainer, and the worker was started without it.
    LAUNCHER_UNKNOWN,
    /// A launcher's job ended without a usable result. It is retried twice, since one of its machines may have
    /// been at fault.
    JOB_FAILED,
    /// With the run's settings, the model does not fit into the worker's machine.
    DOES_NOT_FIT;

    /// Whether a failure's type is one of these names.
    public static boolean isName(String type) {
        return Arrays.stream(values()).anyMatch(failure -> failure.name().equals(type));
    }

    /// This failure, with the words of an exception.
    public ApplicationFailure because(Exception cause) {
        return because(String.valueOf(cause.getMessage()));
    }

    public ApplicationFailure because(String message) {
        return ApplicationFailure.newNonRetryableFailure(message, name());
    }

    /// This failure, as one that Temporal retries.
    public ApplicationFailure retryable(String message) {
        return ApplicationFailure.newFailure(message, name());
    }
}
