package spice.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// AdamW (Loshchilov and Hutter 2019) over a decoder's weights, with state that can be saved. One fused operator
/// of libtorch steps all weights. Weights in bfloat16 are steps of a master copy in float32, rounded: an update is
/// mostly smaller than the distance from one bfloat16 to the next. The copy is saved with the moments.
final class AdamW {
    private static final String FIRST = "exp_avg.";
    private static final String SECOND = "exp_avg_sq.";
    private static final String MASTER = "master.";
    private static final String STEP = "step";

    private final Decoder decoder;
    private final LearnerSettings settings;
    /// The weights themselves where they are not rounded.
    private final List<PtNDArray> master;

    private final List<PtNDArray> first;
    private final List<PtNDArray> second;
    /// The operator counts steps for each weight; they are always equal.
    private final List<PtNDArray> steps;

    private AdamW(
            Decoder decoder,
            LearnerSettings settings,
            List<PtNDArray> master,
            List<PtNDArray> first,
            List<PtNDArray> second,
            List<PtNDArray> steps) {
        this.decoder = decoder;
        this.settings = settings;
        this.master = master;
        this.first = first;
        this.second = second;
        this.steps = steps;
    }

    static AdamW fresh(Decoder decoder, LearnerSettings settings) {
        return new AdamW(decoder, settings, master(decoder), decoder.zeros(), decoder.zeros(), steps(decoder, 0));
    }

    private static List<PtNDArray> master(Decoder decoder) {
        return decoder.isRounded() ? decoder.master() : decoder.learned();
    }

    /// Continues from a saved state.
    ///
    /// @throws ModelException if the file is missing or damaged or belongs to another model
    static AdamW read(Path file, Decoder decoder, LearnerSettings settings) {
        Map<String, HostTensor> found = SafeTensors.read(file);
        HostTensor steps = WeightTable.pick(found, Map.of(STEP, new long[0]), file)
                .values()
                .iterator()
                .next();
        return new AdamW(
                decoder,
                settings,
                master(decoder, found, file),
                moments(found, FIRST, decoder, file),
                moments(found, SECOND, decoder, file),
                steps(decoder, steps.values()[0]));
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
    private static List<PtNDArray> master(Decoder decoder, Map<String, HostTensor> found, Path file) {
        if (found.keySet().stream().noneMatch(name -> name.startsWith(MASTER))) {
            return master(decoder);
        }
        List<PtNDArray> saved = moments(found, MASTER, decoder, file);
        if (decoder.isRounded()) {
            return saved;
        }
        decoder.round(saved);
        return decoder.learned();
    }

    private static List<PtNDArray> moments(Map<String, HostTensor> found, String prefix, Decoder decoder, Path file) {
        Map<String, long[]> table = new LinkedHashMap<>();
        decoder.learnedTable().forEach((name, shape) -> table.put(prefix + name, shape));
        return WeightTable.pick(found, table, file).values().stream()
                .map(tensor -> decoder.upload(tensor, DataType.FLOAT32))
                .toList();
    }

    private static List<PtNDArray> steps(Decoder decoder, float count) {
        HostTensor scalar = new HostTensor(new long[0], new float[] {count});
        return decoder.learned().stream()
                .map(weight -> decoder.upload(scalar, DataType.FLOAT32))
                .toList();
    }

    /// Moves the weights against the gradients times `scale`.
    void step(List<PtNDArray> gradients, double scale, double learningRate) {
        try (TorchProgram.Call call = decoder.call("adamw")) {
            call.with(master).with(gradients).with(first).with(second).with(steps);
            call.with(scale).with(learningRate).with(settings.beta1()).with(settings.beta2());
            call.with(settings.epsilon()).with(settings.weightDecay()).run();
        }
        if (decoder.isRounded()) {
            decoder.round(master);
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
}
