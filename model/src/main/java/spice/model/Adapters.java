package spice.model;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// The adapters of a decoder in native memory: what learns where [Lora] is asked for.
///
/// @param names PEFT's, in the order of the tensors
/// @param tensors A and B of each adapted matrix, layer by layer
/// @param none an empty tensor, for what is not adapted
record Adapters(Lora lora, int layers, List<String> names, List<PtNDArray> tensors, PtNDArray none) {
    /// How PEFT calls the model that it wraps.
    private static final String WRAPPED = "base_model.model.";

    /// Names and shapes, as PEFT has them: A is (rank, in), B is (out, rank).
    static Map<String, long[]> table(ModelConfig config, Lora lora) {
        Map<String, long[]> weights = WeightTable.of(config);
        Map<String, long[]> table = new LinkedHashMap<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            for (AdaptedMatrix matrix : lora.ordered()) {
                long[] shape = Objects.requireNonNull(weights.get(matrix.place(layer) + ".weight"));
                table.put(name(matrix, layer, "A"), new long[] {lora.rank(), shape[1]});
                table.put(name(matrix, layer, "B"), new long[] {shape[0], lora.rank()});
            }
        }
        return table;
    }

    private static String name(AdaptedMatrix matrix, int layer, String factor) {
        return "%s%s.lora_%s.weight".formatted(WRAPPED, matrix.place(layer), factor);
    }

    /// Adapters that change nothing yet: B is zero, A uniform between -1 / sqrt(in) and its opposite, as in PEFT.
    static Map<String, HostTensor> fresh(ModelConfig config, Lora lora) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(lora.seed());
        Map<String, HostTensor> fresh = new LinkedHashMap<>();
        table(config, lora).forEach((name, shape) -> {
            float[] values = new float[Math.toIntExact(HostTensor.size(shape))];
            if (name.endsWith(".lora_A.weight")) {
                double bound = 1 / Math.sqrt((double) shape[1]);
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) random.nextDouble(-bound, bound);
                }
            }
            fresh.put(name, new HostTensor(shape, values));
        });
        return fresh;
    }

    /// Tensors, one for each of ours, in the places where the program looks for them.
    List<PtNDArray> placed(List<PtNDArray> ofOurs) {
        List<PtNDArray> placed = new ArrayList<>();
        int next = 0;
        for (int layer = 0; layer < layers; layer++) {
            for (AdaptedMatrix matrix : AdaptedMatrix.values()) {
                boolean adapted = lora.targets().contains(matrix);
                placed.add(adapted ? ofOurs.get(next++) : none);
                placed.add(adapted ? ofOurs.get(next++) : none);
            }
        }
        return placed;
    }

    /// The two that belong to a weight, A first, or none.
    List<PtNDArray> of(String weight) {
        int a = names.indexOf(WRAPPED + weight.replace(".weight", ".lora_A.weight"));
        return a < 0 ? List.of() : tensors.subList(a, a + 2);
    }
}
