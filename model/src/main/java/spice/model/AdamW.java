package spice.model;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// AdamW (Loshchilov and Hutter 2019) over what a decoder learns, with state that can be saved. One fused operator
/// of libtorch steps all weights. For weights in bfloat16 it steps a master copy in float32 and rounds: most
/// updates are smaller than the distance from one bfloat16 to the next. The copy is saved with the moments.
///
/// An offloaded optimizer keeps a master copy and the moments in the host's memory. Each step copies the gradients
/// there and the weights back.
final class AdamW implements AutoCloseable {
    private static final String FIRST = "exp_avg.";
    private static final String SECOND = "exp_avg_sq.";
    private static final String MASTER = "master.";
    private static final String STEP = "step";

    private final Decoder decoder;
    private final LearnerSettings settings;
    private final Home home;
    /// The weights themselves, unless they are rounded or the optimizer is offloaded.
    private final List<PtNDArray> master;

    private final List<PtNDArray> first;
    private final List<PtNDArray> second;
    /// The operator counts steps for each weight; they are always equal.
    private final List<PtNDArray> steps;

    /// The memory in which the optimizer steps.
    ///
    /// @param gradients room for a step's gradients; empty where the optimizer steps on the decoder's own device
    private record Home(PtNDManager memory, Optional<List<PtNDArray>> gradients) {
        static Home of(Decoder decoder, boolean offloads) {
            if (!offloads) {
                return new Home(decoder.home(), Optional.empty());
            }
            PtNDManager host = Torch.newManager(Device.cpu());
            return new Home(host, Optional.of(decoder.zeros(host)));
        }

        boolean isApart() {
            return gradients.isPresent();
        }
    }

    private AdamW(
            Decoder decoder,
            LearnerSettings settings,
            Home home,
            List<PtNDArray> master,
            List<PtNDArray> first,
            List<PtNDArray> second,
            List<PtNDArray> steps) {
        this.decoder = decoder;
        this.settings = settings;
        this.home = home;
        this.master = master;
        this.first = first;
        this.second = second;
        this.steps = steps;
    }

    /// Starts with moments of zero.
    ///
    /// @param offloads whether master copy, moments and step are kept in the host's memory
    static AdamW fresh(Decoder decoder, LearnerSettings settings, boolean offloads) {
        Home home = Home.of(decoder, offloads);
        PtNDManager memory = home.memory();
        return new AdamW(
                decoder,
                settings,
                home,
                master(decoder, home),
                decoder.zeros(memory),
                decoder.zeros(memory),
                steps(decoder, 0, memory));
    }

    private static List<PtNDArray> master(Decoder decoder, Home home) {
        return decoder.isRounded() || home.isApart() ? decoder.master(home.memory()) : decoder.learned();
    }

    /// Continues from a saved state.
    ///
    /// @throws ModelException if the file is missing or damaged or belongs to another model
    static AdamW read(Path file, Decoder decoder, LearnerSettings settings, boolean offloads) {
        Map<String, HostTensor> found = SafeTensors.read(file);
        HostTensor steps = WeightTable.pick(found, Map.of(STEP, new long[0]), file)
                .values()
                .iterator()
                .next();
        Home home = Home.of(decoder, offloads);
        return new AdamW(
                decoder,
                settings,
                home,
                master(found, decoder, file, home),
                moments(found, FIRST, decoder, file, home.memory()),
                moments(found, SECOND, decoder, file, home.memory()),
                steps(decoder, steps.values()[0], home.memory()));
    }

    /// Checks a saved state without loading it into native memory.
    ///
    /// @throws ModelException if the file is missing or damaged or belongs to a model of another config
    static void check(Path file, ModelConfig config) {
        Map<String, long[]> table = new LinkedHashMap<>();
        table.put(STEP, new long[0]);
        WeightTable.of(config).forEach((name, shape) -> {
            table.put(FIRST + name, shape);
            table.put(SECOND + name, shape);
        });
        WeightTable.pick(SafeTensors.read(file), table, file);
    }

    /// The saved master copy. A state without one belongs to weights that were not rounded. Weights that are no
    /// longer rounded continue from the copy.
    private static List<PtNDArray> master(Map<String, HostTensor> found, Decoder decoder, Path file, Home home) {
        if (found.keySet().stream().noneMatch(name -> name.startsWith(MASTER))) {
            return master(decoder, home);
        }
        List<PtNDArray> saved = moments(found, MASTER, decoder, file, home.memory());
        if (decoder.isRounded()) {
            return saved;
        }
        decoder.copy(saved, decoder.learned());
        return home.isApart() ? saved : decoder.learned();
    }

    private static List<PtNDArray> moments(
            Map<String, HostTensor> found, String prefix, Decoder decoder, Path file, PtNDManager home) {
        Map<String, long[]> table = new LinkedHashMap<>();
        decoder.learnedTable().forEach((name, shape) -> table.put(prefix + name, shape));
        return WeightTable.pick(found, table, file).values().stream()
                .map(tensor -> decoder.upload(tensor, DataType.FLOAT32, home))
                .toList();
    }

    private static List<PtNDArray> steps(Decoder decoder, float count, PtNDManager home) {
        HostTensor scalar = new HostTensor(new long[0], new float[] {count});
        return decoder.learned().stream()
                .map(weight -> decoder.upload(scalar, DataType.FLOAT32, home))
                .toList();
    }

    /// Replaces the master copy, where there is one, by these tensors.
    void startFrom(List<PtNDArray> exact) {
        decoder.copy(exact, master);
    }

    /// Moves the weights against the gradients times `scale`.
    void step(List<PtNDArray> gradients, double scale, double learningRate) {
        home.gradients().ifPresent(there -> {
            // The device waits meanwhile, so all threads are free.
            Torch.prepareThread(settings.threads());
            decoder.copy(gradients, there);
        });
        try (TorchProgram.Call call = decoder.call("adamw")) {
            call.with(master).with(home.gradients().orElse(gradients));
            call.with(first).with(second).with(steps);
            call.with(scale).with(learningRate).with(settings.beta1()).with(settings.beta2());
            call.with(settings.epsilon()).with(settings.weightDecay()).run();
        }
        if (decoder.isRounded() || home.isApart()) {
            decoder.copy(master, decoder.learned());
        }
    }

    void write(Path file) {
        Map<String, HostTensor> state = new LinkedHashMap<>();
        state.putAll(decoder.download(first, FIRST));
        state.putAll(decoder.download(second, SECOND));
        if (decoder.isRounded()) {
            state.putAll(decoder.download(master, MASTER));
        }
        state.put(STEP, new HostTensor(new long[0], steps.getFirst().toFloatArray()));
        SafeTensors.write(file, state, Dtype.FLOAT32);
    }

    @Override
    public void close() {
        if (home.isApart()) {
            home.memory().close();
        }
    }
}
