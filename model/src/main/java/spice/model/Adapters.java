package spice.model;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// The adapters of a decoder in native memory, which learn instead of the weights.
///
/// @param names PEFT's names, in the order of the tensors
/// @param tensors A and B of each adapted matrix, layer by layer
/// @param none an empty tensor, for matrices without an adapter
record Adapters(Lora lora, int layers, List<String> names, List<PtNDArray> tensors, PtNDArray none) {
    /// PEFT's name for the model that it wraps.
    private static final String WRAPPED = "base_model.model.";

    /// PEFT's names and shapes: A is (rank, in), B is (out, rank).
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

    /// New adapters, which change nothing yet: B is zero, A uniform in [-1 / sqrt(in), 1 / sqrt(in)), as in PEFT.
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

    /// Arranges one tensor for each of ours as the program takes them, with empty tensors for what is not adapted.
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

    /// A and B of a weight; an empty list if it is not adapted.
    List<PtNDArray> of(String weight) {
        int a = names.indexOf(WRAPPED + weight.replace(".weight", ".lora_A.weight"));
        return a < 0 ? List.of() : tensors.subList(a, a + 2);
    }
}
