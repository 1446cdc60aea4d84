package spice.workers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import spice.launcher.Launchers;
import spice.model.Devices;
import spice.policies.Host;
import spice.program.ExitCode;
import spice.program.Hardware;
import spice.program.UserError;
import spice.telemetry.ListenAddress;
import spice.vllm.VllmSettings;
import spice.workflows.TaskQueues;

/// Settings of a worker process. A run can name only what these settings name: no path of the machine is ever taken
/// from a run's JSON.
///
/// @param name unique name of the worker; a restart under the same name keeps the worker's own task queue
/// @param queues kinds of work that it takes
/// @param corpora names of corpora, each with its place: a folder, or an S3 prefix as `s3://bucket/prefix`
/// @param models folder below which runs name models
/// @param cache folder for fetched and trained models, shared with the machine's other workers
/// @param cacheBytes bytes kept there beside what is in use
/// @param samplers shards sampled side by side; changes speed, not results
/// @param patience how long a step may go on without a sign of progress, before it fails
/// @param makeCurrent whether to make its build the current one, which runs are given to
/// @param meters address at which Prometheus reads its meters
/// @param launchers file of the engines that a run may name as its trainer
/// @param vllm server that samples instead of this process
/// @param devices devices that the model samples and learns on
public record WorkerSettings(
        String name,
        Set<Queue> queues,
        Map<String, String> corpora,
        Path models,
        Path cache,
        long cacheBytes,
        int samplers,
        Duration patience,
        boolean makeCurrent,
        ListenAddress meters,
        Optional<Path> launchers,
        Optional<VllmSettings> vllm,
        Devices devices) {
    public WorkerSettings {
        queues = Set.copyOf(queues);
        corpora = Map.copyOf(corpora);
        launchers.ifPresent(WorkerSettings::requireLaunchers);
        require(samplers > 0, "--samplers", samplers);
        require(patience.isPositive(), "--patience", patience.toSeconds());
        require(cacheBytes >= 0, "--cache-mb", cacheBytes >> 20);
        if (vllm.isPresent() && !queues.contains(Queue.SAMPLE)) {
            throw new UserError("--vllm is for a worker that samples; add sample to --queues", ExitCode.BAD_INPUT);
        }
    }

    /// Reads the file at the start, so that an error shows at once and not hours later; each step reads it again.
    private static void requireLaunchers(Path file) {
        try {
            Launchers.read(file);
        } catch (IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), ExitCode.BAD_INPUT);
        }
    }

    private static void require(boolean good, String option, long value) {
        if (!good) {
            throw new UserError("%s is %d; give a positive number".formatted(option, value), ExitCode.BAD_INPUT);
        }
    }

    /// The devices, samplers and memory that this worker computes with.
    Host host() {
        return new Host(devices, samplers, Hardware.memory(devices));
    }

    /// The task queue of the sampling steps meant for this worker alone, if it samples.
    Optional<String> ownSampling() {
        return queues.contains(Queue.SAMPLE) ? Optional.of(TaskQueues.sampleAt(name)) : Optional.empty();
    }

    /// A kind of work.
    public enum Queue {
        /// Workflows and the steps that need no model.
        CPU,
        /// Steps that sample from the model.
        SAMPLE,
        /// Steps that train the model.
        TRAIN
    }
}
