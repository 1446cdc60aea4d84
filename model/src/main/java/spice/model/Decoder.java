package spice.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/// The decoder in native memory: the program of `decoder.py`, the weights, and the table of rotary angles, as
/// long as it was needed so far.
final class Decoder implements AutoCloseable {
    /// Enough for the nano model; a table for all positions of a model that could take 131,072 is 134 MB.
    private static final int FIRST_POSITIONS = 256;
    /// Of weights; for less it is not worth the time.
    private static final long WORTH_GIVING_BACK = 256L << 20;

    private final ModelConfig config;
    private final PtNDManager manager;
    private final TorchProgram program;
    private final List<String> names;
    private final List<PtNDArray> weights;
    private final Optional<Adapters> adapters;
    private final DataType type;
    /// What is not a weight: gradients, angles, and the numbers of a loss.
    private final DataType wide;

    /// What is uploaded passes through it.
    private final ByteBuffer passage =
            ByteBuffer.allocateDirect(HostTensor.PART * Float.BYTES).order(ByteOrder.nativeOrder());

    private volatile Angles angles;
    private Optional<TorchProgram.Held> packed = Optional.empty();

    /// Puts weights, in the order of [WeightTable], into native memory as numbers of the given type: FLOAT32,
    /// BFLOAT16, or FLOAT64 where a test compares with finite differences.
    Decoder(ModelConfig config, Map<String, HostTensor> values, DataType type) {
        this(config, values, type, Device.cpu(), Optional.empty());
    }

    /// The same in a device's memory, with adapters, which learn in the weights' place, where there are any.
    Decoder(
            ModelConfig config,
            Map<String, HostTensor> values,
            DataType type,
            Device device,
            Optional<Adapted> adapted) {
        this.config = config;
        this.type = type;
        wide = type == DataType.BFLOAT16 ? DataType.FLOAT32 : type;
        manager = Torch.newManager(device);
        program = TorchProgram.compile(manager, "decoder", "Decoder", WeightTable.places(config));
        names = List.copyOf(values.keySet());
        weights = values.values().stream().map(tensor -> upload(tensor, type)).toList();
        adapters = adapted.map(this::adapters);
        angles = angles(Math.min(config.maxPositions(), FIRST_POSITIONS));
    }

    static Decoder open(Path folder, Dtype dtype, Device device) {
        ModelConfig config = ModelFolder.config(folder);
        return new Decoder(config, ModelFolder.weights(folder, config), dtype.type(), device, Optional.empty());
    }

    /// Adapters before they are in native memory.
    record Adapted(Lora lora, Map<String, HostTensor> values) {}

    /// For learning: with the adapters that the folder has, or with fresh ones, where they are asked for.
    static Decoder open(Path folder, Dtype dtype, Device device, Optional<Lora> lora) {
        if (lora.isEmpty()) {
            return open(folder, dtype, device);
        }
        ModelConfig config = ModelFolder.config(folder);
        boolean goesOn = AdapterFolder.isIn(folder);
        return new Decoder(
                config,
                goesOn ? AdapterFolder.base(folder, config) : ModelFolder.weights(folder, config),
                dtype.type(),
                device,
                lora.map(asked -> new Adapted(
                        asked, goesOn ? AdapterFolder.read(folder, config, asked) : Adapters.fresh(config, asked))));
    }

    private Adapters adapters(Adapted adapted) {
        return new Adapters(
                adapted.lora(),
                config.layers(),
                List.copyOf(adapted.values().keySet()),
                adapted.values().values().stream()
                        .map(tensor -> upload(tensor, type))
                        .toList(),
                upload(new HostTensor(new long[] {0}, new float[0]), type));
    }

    ModelConfig config() {
        return config;
    }

    List<PtNDArray> weights() {
        return weights;
    }

    /// What learns, leaves of every gradient: the adapters, or without any the weights.
    List<PtNDArray> learned() {
        return adapters.map(Adapters::tensors).orElse(weights);
    }

    /// The names of what learns.
    private List<String> learnedNames() {
        return adapters.map(Adapters::names).orElse(names);
    }

    /// The names and shapes of what learns.
    Map<String, long[]> learnedTable() {
        return adapters.map(all -> Adapters.table(config, all.lora())).orElseGet(() -> WeightTable.of(config));
    }

    /// Tensors of the shapes of what learns, filled with zeros; float32 beside bfloat16.
    List<PtNDArray> zeros() {
        return zeros(manager);
    }

    /// The same in a manager's memory.
    List<PtNDArray> zeros(PtNDManager home) {
        return learned().stream()
                .map(tensor -> (PtNDArray) home.zeros(tensor.getShape(), wide))
                .toList();
    }

    /// Whether what learns is rounded, so that who learns keeps a master copy.
    boolean isRounded() {
        return type == DataType.BFLOAT16;
    }

    /// A copy in float32 of what learns, in a manager's memory.
    List<PtNDArray> master(PtNDManager home) {
        return learned().stream().map(tensor -> master(tensor, home)).toList();
    }

    private PtNDArray master(PtNDArray tensor, PtNDManager home) {
        try (NDArray here = home.create(new float[0]);
                TorchProgram.Call call = call("master").with(tensor).with(here)) {
            return call.tensor(home);
        }
    }

    /// Copies tensors into others of the same shapes.
    void copy(List<PtNDArray> from, List<PtNDArray> into) {
        try (TorchProgram.Call call = call("copy").with(into).with(from)) {
            call.run();
        }
    }

    /// Where its own tensors are.
    PtNDManager home() {
        return manager;
    }

    /// A scope for one computation's tensors.
    PtNDManager scope() {
        return (PtNDManager) manager.newSubManager();
    }

    TorchProgram.Call call(String method) {
        return program.call(method);
    }

    /// The weights in the layout that sampling wants, beside the others from the first call on.
    synchronized TorchProgram.Held packed() {
        if (packed.isEmpty()) {
            try (TorchProgram.Call call = call("pack_all").with(weights).with(config.headDimension())) {
                packed = Optional.of(call.held());
            }
        }
        return packed.get();
    }

    /// Appends what every pass through the decoder ends with.
    ///
    /// @param positions of the longest sequence in the call
    TorchProgram.Call through(TorchProgram.Call call, int positions) {
        return withAngles(call.with(weights), positions);
    }

    /// The same where the decoder learns, with adapters if it has any.
    TorchProgram.Call learning(TorchProgram.Call call, int positions) {
        call.with(weights).with(placed(learned())).with(scale());
        return withAngles(call, positions);
    }

    /// The same with the gradients that the call adds to.
    TorchProgram.Call learning(TorchProgram.Call call, List<PtNDArray> gradients, int positions) {
        call.with(weights).with(placed(learned()));
        call.with(adapters.isEmpty() ? gradients : placed(gradients)).with(scale());
        return withAngles(call, positions);
    }

    /// Without adapters none.
    private List<PtNDArray> placed(List<PtNDArray> learned) {
        return adapters.map(all -> all.placed(learned)).orElse(List.of());
    }

    private double scale() {
        return adapters.map(all -> all.lora().scale()).orElse(0.0);
    }

    private TorchProgram.Call withAngles(TorchProgram.Call call, int positions) {
        Angles enough = reaching(positions);
        return call.with(enough.cosines()).with(enough.sines()).with(config.normEpsilon());
    }

    /// Tensors, one for each that learns, by those names, for Java.
    Map<String, HostTensor> download(List<PtNDArray> tensors, String prefix) {
        return named(learnedNames(), tensors, prefix);
    }

    /// The weights as they are, without adapters.
    Map<String, HostTensor> base() {
        return named(names, weights, "");
    }

    /// The weights with the adapters in them.
    Map<String, HostTensor> merged() {
        Map<String, HostTensor> merged = base();
        adapters.ifPresent(all -> merged.replaceAll((name, tensor) -> {
            List<PtNDArray> factors = all.of(name);
            return factors.isEmpty()
                    ? tensor
                    : new HostTensor(
                            tensor.shape(), (from, to) -> merged(weights.get(names.indexOf(name)), factors, from, to));
        }));
        return merged;
    }

    /// Some rows of a weight with its adapters in them.
    private float[] merged(PtNDArray weight, List<PtNDArray> factors, long from, long to) {
        try (PtNDManager scope = scope();
                TorchProgram.Call call = call("merged").with(weight)) {
            factors.forEach(call::with);
            return call.with(scale()).with(from).with(to).tensor(scope).toFloatArray();
        }
    }

    private Map<String, HostTensor> named(List<String> names, List<PtNDArray> tensors, String prefix) {
        Map<String, HostTensor> values = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            PtNDArray tensor = tensors.get(i);
            values.put(
                    prefix + names.get(i),
                    new HostTensor(tensor.getShape().getShape(), (from, to) -> floats(tensor, from, to)));
        }
        return values;
    }

    private float[] floats(PtNDArray tensor, long from, long to) {
        try (PtNDManager scope = scope();
                TorchProgram.Call call = call("part").with(tensor).with(from).with(to)) {
            return call.tensor(scope).toFloatArray();
        }
    }

    /// A tensor of the values in memory of libtorch's own. What DJL makes of a Java buffer is a view into it, which
    /// does not outlive its Java object, so every part passes through a buffer and is copied.
    PtNDArray upload(HostTensor tensor, DataType type) {
        return upload(tensor, type, manager);
    }

    /// The same in a manager's memory.
    PtNDArray upload(HostTensor tensor, DataType type, PtNDManager home) {
        PtNDArray uploaded = empty(tensor.shape(), type, home);
        tensor.forEachPart((from, values) -> {
            passage.clear().limit(values.length * Float.BYTES);
            passage.asFloatBuffer().put(values);
            try (NDArray part = home.create(passage, new Shape(values.length), DataType.FLOAT32);
                    TorchProgram.Call call =
                            call("put").with(uploaded).with(from).with(part)) {
                call.run();
            }
        });
        return uploaded;
    }

    /// DJL ends the JVM where it is asked for a tensor in bfloat16, so the program makes it.
    private PtNDArray empty(long[] shape, DataType type, PtNDManager home) {
        try (NDArray here = home.create(new float[0]);
                TorchProgram.Call call = call("empty")
                        .withNumbers(shape)
                        .with(Torch.number(type))
                        .with(here)) {
            return call.tensor(home);
        }
    }

    /// Numbers for one computation, of the weights' type, or float32 beside bfloat16.
    NDArray numbers(PtNDManager scope, double[] values, Shape shape) {
        return scope.create(values, shape).toType(wide, false);
    }

    /// cos and sin of the rotary angles, (positions, D).
    private record Angles(int positions, NDArray cosines, NDArray sines) {}

    /// A table of at least so many positions. One that grows is at least doubled; the old one stays for who uses
    /// it.
    private Angles reaching(int positions) {
        Angles known = angles;
        return known.positions() >= positions ? known : grown(positions);
    }

    private synchronized Angles grown(int positions) {
        if (angles.positions() < positions) {
            angles = angles(Math.max(positions, Math.min(config.maxPositions(), 2 * angles.positions())));
        }
        return angles;
    }

    private Angles angles(int positions) {
        return new Angles(positions, wave(Math::cos, positions), wave(Math::sin, positions));
    }

    private NDArray wave(DoubleUnaryOperator wave, int positions) {
        int width = config.headDimension();
        double[] frequencies = config.rope().frequencies(width);
        double scale = config.rope().attentionFactor();
        double[] values = new double[positions * width];
        for (int position = 0; position < positions; position++) {
            for (int i = 0; i < width; i++) {
                values[position * width + i] = scale * wave.applyAsDouble(position * frequencies[i % (width / 2)]);
            }
        }
        try (NDArray view = manager.create(values, new Shape(positions, width))) {
            return view.toType(wide, false).duplicate();
        }
    }

    @Override
    public void close() {
        packed.ifPresent(TorchProgram.Held::close);
        program.close();
        manager.close();
        if (config.parameters() * type.getNumOfBytes() > WORTH_GIVING_BACK) {
            FreedMemory.giveBack();
        }
    }
}
