package spice.workflows;

import io.temporal.failure.ApplicationFailure;
import java.util.Arrays;

/// The ways in which a run can end for good: trying again would give the same. The name is the failure's type in
/// the Temporal UI, so that an operator can search for it.
public enum Failure {
    /// The run's JSON cannot be used.
    INVALID_SETTINGS,
    /// The corpus is missing, empty, or holds nothing that can be parsed.
    CORPUS_UNUSABLE,
    /// The corpus has fewer passages than an iteration draws.
    CORPUS_TOO_SMALL,
    /// The model's folder is incomplete or not of a kind we know.
    MODEL_UNUSABLE,
    /// There is no held-out set: the file is missing or unreadable, or the first Challenger posed no valid task.
    HELD_OUT_UNUSABLE,
    /// The lineage has no checkpoint to continue from.
    LINEAGE_EMPTY,
    /// The checkpoint's weights were removed by `spice store gc`.
    CHECKPOINT_RETIRED,
    /// Three iterations in a row posed no valid task.
    NO_VALID_TASKS,
    /// A person aborted the run.
    ABORTED,
    /// Something failed, and nobody decided what to do about it by the time the run had to know.
    UNATTENDED,
    /// The lineage is being run already, so a schedule's night is skipped.
    LINEAGE_BUSY,
    /// The loss or the gradient is not a number.
    TRAINING_DIVERGED,
    /// The vLLM server was started in a way that does not serve, or with another model.
    VLLM_UNUSABLE,
    /// A step was alive but stood still for longer than the worker's patience. Tried again twice: the device or the
    /// store may have been at fault.
    NOT_ADVANCING,
    /// The run's trainer is a launcher that the worker was not started with.
    LAUNCHER_UNKNOWN,
    /// The job of a launcher ended without a result that can be used. Tried again twice: one of its machines may
    /// have been at fault.
    JOB_FAILED,
    /// The model, as the run is set, is larger than the worker's machine.
    DOES_NOT_FIT;

    /// Whether a failure's type is one of these.
    public static boolean isName(String type) {
        return Arrays.stream(values()).anyMatch(failure -> failure.name().equals(type));
    }

    /// The failure that this exception is, in its own words.
    public ApplicationFailure because(Exception cause) {
        return because(String.valueOf(cause.getMessage()));
    }

    public ApplicationFailure because(String message) {
        return ApplicationFailure.newNonRetryableFailure(message, name());
    }

    /// The same as a failure that is tried again.
    public ApplicationFailure retryable(String message) {
        return ApplicationFailure.newFailure(message, name());
    }
}
