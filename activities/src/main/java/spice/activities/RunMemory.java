package spice.activities;

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
import spice.settings.RunSettings;
import spice.store.Json;
import spice.workflows.Failure;

/// The memory that a run takes of a worker that samples and trains, without opening the model. Steps take turns on a
/// device, so the largest of them decides.
public record RunMemory(ModelConfig model, RunSettings settings, Host host) {
    /// A JVM with libtorch in it and no model.
    public static final long PROCESS = 320_000_000;
    /// Of a sampling process besides: what the allocator keeps of a few passes through a small model.
    private static final long SAMPLING = 60_000_000;

    /// What a worker's heap grows to, if it is not told otherwise.
    private static final long HEAP = 512L << 20;

    /// What we ask, around a passage: two turns in JSON, or a line of the nano model's ledger.
    private static final int ASKED_IN_JSON = 700;

    private static final int ASKED_IN_NANO = 40;

    private static final ObjectMapper JSON = Json.mapper();

    /// What takes memory less, in the order in which one would do it: what changes no result first.
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

    /// What a process holds in one kind of step, beside [#PROCESS].
    public record Stage(String name, List<MemoryPart> parts) {
        /// All parts together.
        public long bytes() {
            return parts.stream().mapToLong(MemoryPart::bytes).sum();
        }
    }

    /// What each kind of step holds if every reply is as long as it may be.
    public List<Stage> most() {
        int passage = settings.passageTokens() + asked();
        int shard = settings.poseShardDocuments();
        boolean secondTurn = settings.roles() == RunSettings.RoleStyle.JSON;
        // In the second turn each dialogue is a prompt of its own, with the first reply in it.
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

    /// What each kind of step holds whatever it is given: the weights, and what learning keeps beside them.
    public List<Stage> least() {
        return Stream.concat(leastSampling().stream(), leastTraining().stream()).toList();
    }

    private List<Stage> leastSampling() {
        return List.of(sampling("sample", 1, 1, 1, 1));
    }

    private List<Stage> leastTraining() {
        return training(1, 1).toList();
    }

    /// Of some stages the largest, as a process.
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
                        Dtypes.of(settings),
                        host.samplers(),
                        prompts,
                        read,
                        completions,
                        RoleSampling.of(settings, fresh))
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
        long weights = model.parameters() * Dtypes.of(settings).bytes();
        parts.add(new MemoryPart("Java's heap, through which weights are read and written", Math.min(HEAP, weights)));
        return Stream.of(new Stage("train", List.copyOf(parts)));
    }

    private LearningMemory learning(int trajectories, int longest) {
        return LearningMemory.of(
                model, TrainerActivitiesImpl.learnerSettings(settings), host.devices(), trajectories, longest);
    }

    /// The settings that would have to be changed so that the run fits into so many bytes; empty if none of ours help,
    /// or none is needed.
    ///
    /// @param stages [#most] or [#least]
    public List<String> remedies(Function<RunMemory, List<Stage>> stages, long bytes) {
        ToLongFunction<List<Change>> after = changes -> peak(stages.apply(with(changes)));
        List<Change> made = new ArrayList<>();
        // One stage may hide another: what makes the second smaller helps only once the first is.
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
    void checkTraining(boolean samples) {
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
                "a model of %,d million parameters takes at least %s as this run is set, and the worker's machine has %s. %s; `spice plan` shows what takes it"
                        .formatted(
                                model.parameters() / 1_000_000,
                                gigabytes(least),
                                gigabytes(memory),
                                remedies.isEmpty()
                                        ? "Take a smaller model or a larger machine"
                                        : "Set " + String.join(", ", remedies) + ", or take a larger machine"));
    }

    /// A number of bytes for people.
    public static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }

    /// What training holds in the machine's memory where the optimizer is offloaded.
    public long offloadedBytes() {
        return learning(1, 1).offloadedBytes();
    }

    /// What a checkpoint takes in the store: the weights, and the optimizer's state.
    public long checkpointBytes() {
        return learning(1, 1).checkpointBytes();
    }
}
