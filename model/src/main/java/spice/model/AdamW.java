package spice.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// AdamW (Loshchilov and Hutter 2019) over a decoder's weights, with state that can be saved. One fused operator
/// of libtorch steps all weights. Weights in bfloat16 are steps of a master copy in float32, rounded: an update is
/// mostly smaller than the distance from one bfloat16 to the next. The copy is saved with the moments.
///
/// Where it is offloaded, a master copy and the moments are in the host's memory, where gradients come to and
/// weights come from at each step.
final class AdamW implements AutoCloseable {
    private static final String FIRST = "exp_avg.";
    private static final String SECOND = "exp_avg_sq.";
    private static final String MASTER = "master.";
    private static final String STEP = "step";

    private final Decoder decoder;
    private final LearnerSettings settings;
    /// Where it steps, if that is not where the decoder is.
    private final Optional<Offload> offload;
    /// The weights themselves where they are neither rounded nor elsewhere.
    private final List<PtNDArray> master;

    private final List<PtNDArray> first;
    private final List<PtNDArray> second;
    /// The operator counts steps for each weight; they are always equal.
    private final List<PtNDArray> steps;

    /// The host's memory, and there the gradients of a step.
    private record Offload(PtNDManager host, List<PtNDArray> gradients) {
        static Offload of(Decoder decoder) {
            PtNDManager host = Torch.newManager();
            return new Offload(host, decoder.zeros(host));
        }

        void close() {
            host.close();
        }
    }

    private AdamW(
            Decoder decoder,
            LearnerSettings settings,
            Optional<Offload> offload,
            List<PtNDArray> master,
            List<PtNDArray> first,
            List<PtNDArray> second,
            List<PtNDArray> steps) {
        this.decoder = decoder;
        this.settings = settings;
        this.offload = offload;
        this.master = master;
        this.first = first;
        this.second = second;
        this.steps = steps;
    }

    /// Begins with moments of zero.
    ///
    /// @param offloads whether master copy, moments and step are in the host's memory
    static AdamW fresh(Decoder decoder, LearnerSettings settings, boolean offloads) {
        Optional<Offload> offload = offload(decoder, offloads);
        PtNDManager home = home(decoder, offload);
        return new AdamW(
                decoder,
                settings,
                offload,
                master(decoder, offload),
                decoder.zeros(home),
                decoder.zeros(home),
                steps(decoder, 0, home));
    }

    private static Optional<Offload> offload(Decoder decoder, boolean offloads) {
        return offloads ? Optional.of(Offload.of(decoder)) : Optional.empty();
    }

    private static PtNDManager home(Decoder decoder, Optional<Offload> offload) {
        return offload.map(Offload::host).orElse(decoder.home());
    }

    private static List<PtNDArray> master(Decoder decoder, Optional<Offload> offload) {
        return decoder.isRounded() || offload.isPresent() ? decoder.master(home(decoder, offload)) : decoder.learned();
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
        Optional<Offload> offload = offload(decoder, offloads);
        PtNDManager home = home(decoder, offload);
        return new AdamW(
                decoder,
                settings,
                offload,
                master(decoder, offload, found, file),
                moments(found, FIRST, decoder, file, home),
                moments(found, SECOND, decoder, file, home),
                steps(decoder, steps.values()[0], home));
    }

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

    /// The saved master copy; where none was saved, the weights were not rounded then. Weights that are no longer
    /// rounded go on from the copy.
    private static List<PtNDArray> master(
            Decoder decoder, Optional<Offload> offload, Map<String, HostTensor> found, Path file) {
        if (found.keySet().stream().noneMatch(name -> name.startsWith(MASTER))) {
            return master(decoder, offload);
        }
        List<PtNDArray> saved = moments(found, MASTER, decoder, file, home(decoder, offload));
        if (decoder.isRounded()) {
            return saved;
        }
        decoder.copy(saved, decoder.learned());
        return offload.isPresent() ? saved : decoder.learned();
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

    /// Moves the weights against the gradients times `scale`.
    void step(List<PtNDArray> gradients, double scale, double learningRate) {
        offload.ifPresent(host -> {
            // The device waits meanwhile: all threads are free.
            Torch.prepareThread(settings.threads());
            decoder.copy(gradients, host.gradients());
        });
        try (TorchProgram.Call call = decoder.call("adamw")) {
            call.with(master).with(offload.map(Offload::gradients).orElse(gradients));
            call.with(first).with(second).with(steps);
            call.with(scale).with(learningRate).with(settings.beta1()).with(settings.beta2());
            call.with(settings.epsilon()).with(settings.weightDecay()).run();
        }
        if (decoder.isRounded() || offload.isPresent()) {
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
        SafeTensors.write(file, state);
    }

    @Override
    public void close() {
        offload.ifPresent(Offload::close);
    }
}
