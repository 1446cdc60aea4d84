package spice.policies;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import spice.model.LearningMemory;
import spice.model.MemoryPart;
import spice.model.ModelConfig;
import spice.model.SamplingMemory;
import spice.runs.Failure;
import spice.settings.RunSettings;
import spice.store.Json;

/// The memory that a run takes on a worker that samples and trains, estimated without opening the model. Steps take
/// turns on a device, so the largest of them decides.
public record RunMemory(ModelConfig model, RunSettings settings, Host host) {
    /// Bytes of a JVM with libtorch and no model.
    private static final long PROCESS = 320_000_000;
    /// Further bytes of a sampling process: what the allocator keeps after a few passes through a small model.
    private static final long SAMPLING = 60_000_000;

    /// Default limit of a worker's heap, in bytes.
    private static final long HEAP = 512L << 20;

    /// Tokens of our prompt around a passage: two turns in JSON, or one line of the nano model's ledger.
    private static final int ASKED_IN_JSON = 700;

    private static final int ASKED_IN_NANO = 40;

    private static final double MEGABYTE = 1e6;
    private static final double GIGABYTE = 1e9;

    private static final ObjectMapper JSON = Json.mapper();

    /// Changes that save memory, in the order to try them: first those that change no result.
    private static final List<Change> CHANGES = List.of(
            new Change("recompute", "layers"),
            new Change("sampleTokens", "16384"),
            new Change("sampleTokens", "4096"),
            new Change("microBatchTokens", "1024"),
            new Change("dtype", "bfloat16"),
            new Change("trainThreads", "1"),
            new Change("challengerTokens", "512"),
            new Change("reasonerTokens", "512"),
            new Change("loraRank", "16"));

    private record Change(String setting, String value) {
        @Override
        public String toString() {
            return setting + "=" + value;
        }
    }

    /// The memory of a process in one kind of step, besides a process without a model.
    public record Stage(String name, List<MemoryPart> parts) {
        /// Sum of all parts.
        public long bytes() {
            return parts.stream().mapToLong(MemoryPart::bytes).sum();
        }
    }

    /// The memory of each kind of step if every reply is as long as it may be.
    public List<Stage> most() {
        int passage = settings.passageTokens() + asked();
        int shard = settings.poseShardDocuments();
        boolean secondTurn = settings.roles() == RunSettings.RoleStyle.JSON;
        // In the second turn each dialogue has its own prompt, which holds the first reply.
        Stage posing = secondTurn
                ? sampling(
                        "pose",
                        shard * settings.groupSize(),
                        passage + settings.challengerTokens(),
                        1,
                        settings.challengerTokens())
                : sampling("pose", shard, passage, settings.groupSize(), settings.challengerTokens());
        Stage answering = sampling(
                "attempt",
                settings.attemptShardTasks(),
                asked(),
                settings.reasonerAttempts(),
                settings.reasonerTokens());
        int longest = Math.min(
                model.maxPositions(),
                Math.max(
                        passage + (secondTurn ? 2 : 1) * settings.challengerTokens(),
                        asked() + settings.reasonerTokens()));
        return Stream.concat(Stream.of(posing, answering), training(settings.updateBatch(), longest))
                .toList();
    }

    /// The least memory of each kind of step: the weights, and what learning keeps beside them.
    public List<Stage> least() {
        return Stream.concat(leastSampling().stream(), leastTraining().stream()).toList();
    }

    private List<Stage> leastSampling() {
        return List.of(sampling("sample", 1, 1, 1, 1));
    }

    private List<Stage> leastTraining() {
        return training(1, 1).toList();
    }

    /// Bytes of a process in the largest of these stages.
    public static long peak(List<Stage> stages) {
        return PROCESS + stages.stream().mapToLong(Stage::bytes).max().orElse(0);
    }

    private int asked() {
        return switch (settings.roles()) {
            case NANO -> ASKED_IN_NANO;
            case JSON -> ASKED_IN_JSON;
        };
    }

    private Stage sampling(String name, int prompts, int promptTokens, int completions, int newTokens) {
        int fresh = Math.min(newTokens, model.maxPositions() - 1);
        int read = Math.min(promptTokens, model.maxPositions() - fresh);
        List<MemoryPart> parts = new ArrayList<>(new SamplingMemory(
                        model,
                        ModelSettings.dtype(settings),
                        ModelSettings.lora(settings),
                        host.samplers(),
                        prompts,
                        read,
                        completions,
                        ModelSettings.sampling(settings, fresh))
                .parts());
        parts.add(new MemoryPart("a few passes' leftovers", SAMPLING));
        return new Stage(name, List.copyOf(parts));
    }

    /// None if another engine trains.
    private Stream<Stage> training(int trajectories, int longest) {
        if (!settings.trainer().equals(RunSettings.OWN_TRAINER)) {
            return Stream.empty();
        }
        List<MemoryPart> parts = new ArrayList<>(learning(trajectories, longest).parts());
        long weights = model.parameters() * ModelSettings.dtype(settings).bytes();
        parts.add(new MemoryPart("Java's heap, through which weights are read and written", Math.min(HEAP, weights)));
        return Stream.of(new Stage("train", List.copyOf(parts)));
    }

    private LearningMemory learning(int trajectories, int longest) {
        return LearningMemory.of(model, ModelSettings.learner(settings), host.devices(), trajectories, longest);
    }

    /// The changes, as `setting=value`, that make the run fit into this many bytes; empty if no change of ours is
    /// enough, or none is needed.
    ///
    /// @param stages [#most] or [#least]
    public List<String> remedies(Function<RunMemory, List<Stage>> stages, long bytes) {
        ToLongFunction<List<Change>> after = changes -> peak(stages.apply(with(changes)));
        List<Change> made = new ArrayList<>();
        // The largest stage hides the others: a change to the second helps only once the first is smaller.
        for (int before = -1; before < made.size(); ) {
            before = made.size();
            for (Change change : CHANGES) {
                long now = after.applyAsLong(made);
                List<Change> more =
                        Stream.concat(made.stream(), Stream.of(change)).toList();
                if (now > bytes && after.applyAsLong(more) < now) {
                    made.add(change);
                }
            }
        }
        if (after.applyAsLong(made) > bytes) {
            return List.of();
        }
        for (Change change : List.copyOf(made)) {
            List<Change> others =
                    made.stream().filter(other -> !other.equals(change)).toList();
            if (after.applyAsLong(others) <= bytes) {
                made.remove(change);
            }
        }
        return made.stream().map(Change::toString).toList();
    }

    private RunMemory with(List<Change> changes) {
        ObjectNode object = JSON.valueToTree(settings);
        changes.forEach(change -> object.put(change.setting(), change.value()));
        return new RunMemory(model, Json.read(Json.bytes(object), RunSettings.class, "settings"), host);
    }

    /// Refuses a run whose model a worker cannot sample from, whatever its documents and replies.
    ///
    /// @param trains whether the worker trains as well
    /// @throws io.temporal.failure.ApplicationFailure `DOES_NOT_FIT`, saying what to change
    void checkSampling(boolean trains) {
        check(trains ? RunMemory::least : RunMemory::leastSampling);
    }

    /// Refuses a run whose model a worker cannot train.
    ///
    /// @param samples whether the worker samples as well
    /// @throws io.temporal.failure.ApplicationFailure `DOES_NOT_FIT`, saying what to change
    public void checkTraining(boolean samples) {
        check(samples ? RunMemory::least : RunMemory::leastTraining);
    }

    private void check(Function<RunMemory, List<Stage>> stages) {
        long least = peak(stages.apply(this));
        if (host.memory().isEmpty() || least <= host.memory().getAsLong()) {
            return;
        }
        long memory = host.memory().getAsLong();
        List<String> remedies = remedies(stages, memory);
        throw Failure.DOES_NOT_FIT.because(
                "a model of %s parameters takes at least %s as this run is set, and the worker's machine has %s. %s; `spice plan` shows what takes it"
                        .formatted(
                                parameters(model),
                                size(least),
                                size(memory),
                                remedies.isEmpty()
                                        ? "Take a smaller --model or a larger machine"
                                        : "Set " + String.join(", ", remedies) + ", or take a larger machine"));
    }

    /// Formats a number of bytes for people, such as `1.5 GB` or `31 MB`.
    public static String size(long bytes) {
        return bytes < GIGABYTE
                ? String.format(Locale.ROOT, bytes < 10 * MEGABYTE ? "%.1f MB" : "%.0f MB", bytes / MEGABYTE)
                : String.format(Locale.ROOT, "%.1f GB", bytes / GIGABYTE);
    }

    /// The model's number of parameters for people, such as `59 million`.
    public static String parameters(ModelConfig model) {
        double millions = model.parameters() / 1e6;
        return String.format(Locale.ROOT, millions < 10 ? "%.1f million" : "%,.0f million", millions);
    }

    /// Bytes that training holds in the machine's memory where the optimizer is offloaded.
    public long offloadedBytes() {
        return learning(1, 1).offloadedBytes();
    }

    /// Bytes that each checkpoint takes in the store: what learns, and the optimizer's state.
    public long checkpointBytes() {
        return learning(1, 1).checkpointBytes();
    }

    /// Bytes that all checkpoints together take in the store once: the weights that adapters stand on.
    public long sharedBytes() {
        return learning(1, 1).sharedBytes();
    }
}
