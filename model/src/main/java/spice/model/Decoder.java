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

/// The decoder in native memory: the program of `decoder.py`, the weights, and a table of rotary angles that grows
/// with the longest sequence so far.
final class Decoder implements AutoCloseable {
    /// Enough for the nano model; a table for all positions of a model that could take 131,072 is 134 MB.
    private static final int FIRST_POSITIONS = 256;
    /// Smallest model, in bytes of weights, for which giving freed memory back pays.
    private static final long WORTH_GIVING_BACK = 256L << 20;

    private final ModelConfig config;
    private final PtNDManager manager;
    private final TorchProgram program;
    private final List<String> names;
    private final List<PtNDArray> weights;
    private Optional<Adapters> adapters;
    private final DataType type;
    /// The type of gradients, angles and the numbers of a loss.
    private final DataType wide;

    /// Buffer that every upload passes through.
    private final ByteBuffer passage =
            ByteBuffer.allocateDirect(HostTensor.PART * Float.BYTES).order(ByteOrder.nativeOrder());

    private volatile Angles angles;
    private Optional<TorchProgram.Held> packed = Optional.empty();

    /// Copies weights into a device's memory.
    ///
    /// @param values the weights, in the order of [WeightTable]
    /// @param type FLOAT32 or BFLOAT16; FLOAT64 where a test compares with finite differences
    /// @param adapted adapters, which learn instead of the weights; float32 beside bfloat16 weights
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
        weights = values.values().stream()
                .map(tensor -> upload(tensor, type, manager))
                .toList();
        adapters = adapted.map(this::adapters);
        angles = angles(Math.min(config.maxPositions(), FIRST_POSITIONS));
    }

    /// Adapters whose values are not yet in native memory.
    record Adapted(Lora lora, Map<String, HostTensor> values) {}

    /// Opens a model folder to learn.
    ///
    /// @param lora adapters to learn: those that the folder holds, or fresh ones where it holds none; without, an
    ///     adapter of the folder is merged into the weights
    static Decoder open(Path folder, Dtype dtype, Device device, Optional<Lora> lora) {
        boolean holdsOne = AdapterFolder.isIn(folder);
        if (lora.isPresent() && !holdsOne) {
            ModelConfig config = ModelFolder.config(folder);
            return new Decoder(
                    config,
                    ModelFolder.weights(folder, config),
                    dtype.type(),
                    device,
                    lora.map(asked -> new Adapted(asked, Adapters.fresh(config, asked))));
        }
        lora.ifPresent(asked -> AdapterFolder.check(folder, asked));
        Decoder decoder = beside(folder, dtype, device);
        return lora.isPresent() ? decoder : decoder.withMerged();
    }

    /// Opens a model folder to sample. An adapter is merged into float32 weights; beside bfloat16 weights it stays
    /// apart, since most of it would be lost on their grid.
    static Decoder openToSample(Path folder, Dtype dtype, Device device) {
        Decoder decoder = beside(folder, dtype, device);
        return switch (dtype) {
            case FLOAT32 -> decoder.withMerged();
            case BFLOAT16 -> decoder;
        };
    }

    /// Opens the weights of a folder and the adapter that it holds, if any, beside them.
    static Decoder beside(Path folder, Dtype dtype, Device device) {
        ModelConfig config = ModelFolder.config(folder);
        Optional<Adapted> adapted =
                AdapterFolder.isIn(folder) ? Optional.of(AdapterFolder.read(folder, config)) : Optional.empty();
        return new Decoder(
                config,
                adapted.isPresent() ? AdapterFolder.base(folder, config) : ModelFolder.weights(folder, config),
                dtype.type(),
                device,
                adapted);
    }

    /// This decoder with its adapters added into its weights.
    private Decoder withMerged() {
        if (adapters.isPresent()) {
            merged().forEach((name, tensor) -> {
                if (isAdapted(name)) {
                    fill(weights.get(names.indexOf(name)), tensor);
                }
            });
            adapters = Optional.empty();
        }
        return this;
    }

    private boolean isAdapted(String weight) {
        return adapters.filter(all -> !all.of(weight).isEmpty()).isPresent();
    }

    private Adapters adapters(Adapted adapted) {
        return new Adapters(
                adapted.lora(),
                config.layers(),
                List.copyOf(adapted.values().keySet()),
                adapted.values().values().stream()
                        .map(tensor -> upload(tensor, wide, manager))
                        .toList(),
                upload(new HostTensor(new long[] {0}, new float[0]), wide, manager));
    }

    ModelConfig config() {
        return config;
    }

    List<PtNDArray> weights() {
        return weights;
    }

    /// The tensors that learn, the leaves of every gradient: the adapters if there are any, else the weights.
    List<PtNDArray> learned() {
        return adapters.map(Adapters::tensors).orElse(weights);
    }

    /// The names of the tensors that learn.
    private List<String> learnedNames() {
        return adapters.map(Adapters::names).orElse(names);
    }

    /// The names and shapes of the tensors that learn.
    Map<String, long[]> learnedTable() {
        return adapters.map(all -> Adapters.table(config, all.lora())).orElseGet(() -> WeightTable.of(config));
    }

    /// Zeros in a manager's memory, with the shapes of the tensors that learn; float32 for bfloat16 weights.
    List<PtNDArray> zeros(PtNDManager home) {
        return learned().stream()
                .map(tensor -> (PtNDArray) home.zeros(tensor.getShape(), wide))
                .toList();
    }

    /// Whether the tensors that learn are rounded, so that the optimizer needs a master copy. Adapters never are.
    boolean isRounded() {
        return type == DataType.BFLOAT16 && adapters.isEmpty();
    }

    /// A float32 copy of the tensors that learn, in a manager's memory.
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

    /// The manager of its own tensors.
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

    /// Weights and adapters in sampling's layout: a second copy, made at the first call and kept.
    synchronized TorchProgram.Held packed() {
        if (packed.isEmpty()) {
            try (TorchProgram.Call call = call("pack_all").with(weights)) {
                packed = Optional.of(call.with(placed(learned()))
                        .with(scale())
                        .with(config.headDimension())
                        .held());
            }
        }
        return packed.get();
    }

    /// Appends the last arguments of a pass with [#packed]: weights, angles and epsilon.
    ///
    /// @param positions length of the longest sequence in the call
    TorchProgram.Call stepping(TorchProgram.Call call, int positions) {
        return withAngles(call.with(weights), positions);
    }

    /// Appends the last arguments of a pass through whole sequences: weights, adapters and their scale, angles and
    /// epsilon.
    TorchProgram.Call through(TorchProgram.Call call, int positions) {
        call.with(weights).with(placed(learned())).with(scale());
        return withAngles(call, positions);
    }

    /// Appends the last arguments of a pass that adds to gradients, which stand behind the adapters.
    TorchProgram.Call addingGradients(TorchProgram.Call call, List<PtNDArray> gradients, int positions) {
        call.with(weights).with(placed(learned()));
        call.with(adapters.isEmpty() ? gradients : placed(gradients)).with(scale());
        return withAngles(call, positions);
    }

    /// Tensors as the program takes adapters; an empty list without adapters.
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

    /// Java's view of one tensor for each that learns, by its name with a prefix.
    Map<String, HostTensor> download(List<PtNDArray> tensors, String prefix) {
        return named(learnedNames(), tensors, prefix);
    }

    /// The weights without adapters.
    Map<String, HostTensor> base() {
        return named(names, weights, "");
    }

    /// The weights with the adapters merged into them.
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

    /// Some rows of a weight with its adapters merged into them.
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

    /// Copies a tensor into libtorch's own memory. A tensor that DJL makes from a Java buffer is a view into that
    /// buffer and dies with it, so every part passes through a buffer and is copied.
    PtNDArray upload(HostTensor tensor, DataType type, PtNDManager home) {
        PtNDArray uploaded = empty(tensor.shape(), type, home);
        fill(uploaded, tensor);
        return uploaded;
    }

    private void fill(PtNDArray room, HostTensor tensor) {
        tensor.forEachPart((from, values) -> {
            passage.clear().limit(values.length * Float.BYTES);
            passage.asFloatBuffer().put(values);
            try (NDArray part = room.getManager().create(passage, new Shape(values.length), DataType.FLOAT32);
                    TorchProgram.Call call = call("put").with(room).with(from).with(part)) {
                call.run();
            }
        });
    }

    /// An uninitialised tensor. The program makes it, since DJL ends the JVM when asked for a bfloat16 tensor.
    private PtNDArray empty(long[] shape, DataType type, PtNDManager home) {
        try (NDArray here = home.create(new float[0]);
                TorchProgram.Call call = call("empty")
                        .withNumbers(shape)
                        .with(Torch.number(type))
                        .with(here)) {
            return call.tensor(home);
        }
    }

    /// Numbers for one computation, in the weights' type; float32 for bfloat16 weights.
    NDArray numbers(PtNDManager scope, double[] values, Shape shape) {
        return scope.create(values, shape).toType(wide, false);
    }

    /// cos and sin of the rotary angles, (positions, D).
    private record Angles(int positions, NDArray cosines, NDArray sines) {}

    /// A table of at least this many positions. Growing at least doubles it; the old table stays valid for calls
    /// that use it.
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
