package spice.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/// The decoder in native memory: the program of `decoder.py`, the weights, and the table of rotary angles, as
/// long as it was needed so far.
final class Decoder implements AutoCloseable {
    /// Enough for the nano model; a table for all positions of a model that could take 131,072 is 134 MB.
    private static final int FIRST_POSITIONS = 256;

    private final ModelConfig config;
    private final PtNDManager manager;
    private final TorchProgram program;
    private final List<String> names;
    private final List<PtNDArray> weights;
    private final DataType type;
    /// What is not a weight: gradients, angles, and the numbers of a loss.
    private final DataType wide;

    private volatile Angles angles;

    /// Puts weights, in the order of [WeightTable], into native memory as numbers of the given type: FLOAT32,
    /// BFLOAT16, or FLOAT64 where a test compares with finite differences.
    Decoder(ModelConfig config, Map<String, HostTensor> values, DataType type) {
        this(config, values, type, Device.cpu());
    }

    /// The same in a device's memory.
    Decoder(ModelConfig config, Map<String, HostTensor> values, DataType type, Device device) {
        this.config = config;
        this.type = type;
        wide = type == DataType.BFLOAT16 ? DataType.FLOAT32 : type;
        manager = Torch.newManager(device);
        program = TorchProgram.compile(manager, "decoder", "Decoder", WeightTable.places(config));
        names = List.copyOf(values.keySet());
        weights = values.values().stream().map(tensor -> upload(tensor, type)).toList();
        angles = angles(Math.min(config.maxPositions(), FIRST_POSITIONS));
    }

    static Decoder open(Path folder, Dtype dtype, Device device) {
        ModelConfig config = ModelFolder.config(folder);
        return new Decoder(config, ModelFolder.weights(folder, config), dtype.type(), device);
    }

    ModelConfig config() {
        return config;
    }

    /// The weights, leaves of every gradient.
    List<PtNDArray> weights() {
        return weights;
    }

    /// Tensors of the weights' shapes, filled with zeros; float32 beside weights in bfloat16.
    List<PtNDArray> zeros() {
        return weights.stream()
                .map(weight -> (PtNDArray) manager.zeros(weight.getShape(), wide))
                .toList();
    }

    /// Whether the weights are rounded, so that who learns keeps a master copy.
    boolean isRounded() {
        return type == DataType.BFLOAT16;
    }

    /// The weights in float32, where they are rounded.
    List<PtNDArray> master() {
        return weights.stream()
                .map(weight -> converted("to_float32", weight, manager))
                .toList();
    }

    /// Rounds a master copy to the weights.
    void round(List<PtNDArray> master) {
        try (TorchProgram.Call call = call("round").with(weights).with(master)) {
            call.run();
        }
    }

    /// DJL ends the JVM where it asks for the type of a tensor in bfloat16, so the program converts.
    private PtNDArray converted(String method, NDArray tensor, PtNDManager owner) {
        try (TorchProgram.Call call = call(method).with(tensor)) {
            return call.tensor(owner);
        }
    }

    /// A scope for one computation's tensors.
    PtNDManager scope() {
        return (PtNDManager) manager.newSubManager();
    }

    TorchProgram.Call call(String method) {
        return program.call(method);
    }

    /// Appends what every pass through the decoder ends with.
    ///
    /// @param positions of the longest sequence in the call
    TorchProgram.Call through(TorchProgram.Call call, int positions) {
        return withAngles(call.with(weights), positions);
    }

    /// The same where the gradients that the call adds to stand beside the weights.
    TorchProgram.Call through(TorchProgram.Call call, List<PtNDArray> gradients, int positions) {
        return withAngles(call.with(weights).with(gradients), positions);
    }

    private TorchProgram.Call withAngles(TorchProgram.Call call, int positions) {
        Angles enough = reaching(positions);
        return call.with(enough.cosines()).with(enough.sines()).with(config.normEpsilon());
    }

    /// The tensors by the weights' names, for Java.
    Map<String, HostTensor> download(List<PtNDArray> tensors, String prefix) {
        Map<String, HostTensor> values = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            PtNDArray tensor = tensors.get(i);
            values.put(prefix + names.get(i), new HostTensor(tensor.getShape().getShape(), () -> floats(tensor)));
        }
        return values;
    }

    private float[] floats(PtNDArray tensor) {
        try (PtNDManager scope = scope()) {
            return converted("to_float32", tensor, scope).toFloatArray();
        }
    }

    /// A tensor of the values in memory of libtorch's own. What DJL makes of a Java array is a view into a Java
    /// buffer, which does not outlive its Java object.
    PtNDArray upload(HostTensor tensor, DataType type) {
        try (NDArray view = manager.create(tensor.values(), new Shape(tensor.shape()))) {
            if (type == DataType.BFLOAT16) {
                return converted("to_bfloat16", view, manager);
            }
            // toType to the view's own type would share its memory, whatever it is told about copying.
            return (PtNDArray) view.toType(type, false).duplicate();
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
        program.close();
        manager.close();
    }
}
