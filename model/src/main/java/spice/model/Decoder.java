package spice.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The decoder in native memory: the program of `decoder.py`, the weights, and the table of rotary angles.
final class Decoder implements AutoCloseable {
    private final ModelConfig config;
    private final PtNDManager manager;
    private final TorchProgram program;
    private final List<String> names;
    private final List<PtNDArray> weights;
    private final NDArray cosines;
    private final NDArray sines;

    /// Puts weights, in the order of [WeightTable], into native memory as numbers of the given type: FLOAT32, or
    /// FLOAT64 where a test compares with finite differences.
    Decoder(ModelConfig config, Map<String, HostTensor> values, DataType type) {
        this.config = config;
        manager = Torch.newManager();
        program = TorchProgram.compile(manager, "decoder", "Decoder");
        names = List.copyOf(values.keySet());
        weights = values.values().stream().map(tensor -> upload(tensor, type)).toList();
        cosines = angles(Math::cos, type);
        sines = angles(Math::sin, type);
    }

    static Decoder open(Path folder) {
        ModelConfig config = ModelConfig.read(folder.resolve(ModelFolder.CONFIG));
        return new Decoder(config, ModelFolder.weights(folder, config), DataType.FLOAT32);
    }

    ModelConfig config() {
        return config;
    }

    /// The weights, leaves of every gradient.
    List<PtNDArray> weights() {
        return weights;
    }

    /// Tensors of the weights' shapes, filled with zeros.
    List<PtNDArray> zeros() {
        return weights.stream()
                .map(weight -> (PtNDArray) manager.zeros(weight.getShape(), weight.getDataType()))
                .toList();
    }

    /// A scope for one computation's tensors.
    PtNDManager scope() {
        return (PtNDManager) manager.newSubManager();
    }

    TorchProgram.Call call(String method) {
        return program.call(method);
    }

    /// Appends what every pass through the decoder ends with.
    TorchProgram.Call through(TorchProgram.Call call) {
        return withAngles(call.with(weights));
    }

    /// The same where the gradients that the call adds to stand beside the weights.
    TorchProgram.Call through(TorchProgram.Call call, List<PtNDArray> gradients) {
        return withAngles(call.with(weights).with(gradients));
    }

    private TorchProgram.Call withAngles(TorchProgram.Call call) {
        return call.with(cosines).with(sines).with(config.normEpsilon());
    }

    /// The tensors by the weights' names, copied to Java's memory.
    Map<String, HostTensor> download(List<PtNDArray> tensors, String prefix) {
        Map<String, HostTensor> values = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            PtNDArray tensor = tensors.get(i);
            values.put(prefix + names.get(i), new HostTensor(tensor.getShape().getShape(), tensor.toFloatArray()));
        }
        return values;
    }

    /// A tensor of the values in memory of libtorch's own. What DJL makes of a Java array is a view into a Java
    /// buffer, which does not outlive its Java object.
    PtNDArray upload(HostTensor tensor, DataType type) {
        try (NDArray view = manager.create(tensor.values(), new Shape(tensor.shape()))) {
            // toType to the view's own type would share its memory, whatever it is told about copying.
            return (PtNDArray) view.toType(type, false).duplicate();
        }
    }

    /// Numbers for one computation, of the weights' type.
    NDArray numbers(PtNDManager scope, double[] values, Shape shape) {
        return scope.create(values, shape).toType(cosines.getDataType(), false);
    }

    private interface Wave {
        double at(double angle);
    }

    /// Position times theta^(-2 i / D), (maxPositions, D), the D / 2 angles twice.
    private NDArray angles(Wave wave, DataType type) {
        int width = config.headDimension();
        double[] values = new double[config.maxPositions() * width];
        for (int position = 0; position < config.maxPositions(); position++) {
            for (int i = 0; i < width; i++) {
                double frequency = Math.pow(config.ropeTheta(), -2.0 * (i % (width / 2)) / width);
                values[position * width + i] = wave.at(position * frequency);
            }
        }
        try (NDArray view = manager.create(values, new Shape(config.maxPositions(), width))) {
            return view.toType(type, false).duplicate();
        }
    }

    @Override
    public void close() {
        program.close();
        manager.close();
    }
}
