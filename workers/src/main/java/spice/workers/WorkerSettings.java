package spice.workers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import spice.activities.Host;
import spice.launcher.Launchers;
import spice.local.UserError;
import spice.model.Devices;
import spice.telemetry.ListenAddress;
import spice.vllm.VllmSettings;
import spice.workflows.TaskQueues;

/// What a worker process is started with. A run can name only what stands here: no path of the machine is ever
/// taken from a run's JSON.
///
/// @param name of the worker, which no other has; the same after a restart if its queue is to be
/// @param queues the kinds of work it takes
/// @param corpora names of corpora and where they lie: a folder, or an S3 prefix as `s3://bucket/prefix`
/// @param models the folder below which runs name models
/// @param cache where fetched and trained models are kept, shared with the machine's other workers
/// @param cacheBytes kept there beside what is in use
/// @param samplers shards sampled side by side; changes speed, not results
/// @param patience how long a step may go on without a sign of progress
/// @param makeCurrent whether its build is to be the one that runs are given to from now on
/// @param meters where its meters are offered to Prometheus
/// @param launchers file of the engines that a run may name as its trainer
/// @param vllm the server that samples in its place
/// @param devices that the model samples and learns on
record WorkerSettings(
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
    WorkerSettings {
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

    /// At the start, so that nobody learns of it hours later; read again when it is needed.
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

    /// What it computes on.
    Host host() {
        return new Host(devices, samplers, Hardware.memory(devices));
    }

    /// The queue of the sampling that is meant for this worker, if it samples.
    Optional<String> ownSampling() {
        return queues.contains(Queue.SAMPLE) ? Optional.of(TaskQueues.sampleAt(name)) : Optional.empty();
    }

    /// A kind of work.
    enum Queue {
        /// Workflows and the steps that need no model.
        CPU,
        /// Steps that sample from the model.
        SAMPLE,
        /// Steps that train the model.
        TRAIN
    }
}
