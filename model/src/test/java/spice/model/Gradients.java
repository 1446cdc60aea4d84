package spice.model;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// Gradients of the DrGRPO loss on a batch, weight by weight, for comparing one way of computing them with another.
final class Gradients {
    private static final LossSettings LOSS = new LossSettings(0.2, 2, 5, 0.8);

    private Gradients() {}

    /// Six random sequences of different lengths, trained from the fourth token on.
    static List<Trajectory> batch(ModelConfig config, long seed) {
        return batch(config, seed, 6, 4);
    }

    /// Random sequences, the first of six tokens, each `longer` tokens longer than the one before.
    static List<Trajectory> batch(ModelConfig config, long seed, int sequences, int longer) {
        Random random = new Random(seed);
        List<Trajectory> batch = new ArrayList<>();
        for (int i = 0; i < sequences; i++) {
            int length = 6 + longer * i;
            int[] tokens = random.ints(length, 1, config.vocabularySize()).toArray();
            boolean[] trained = new boolean[length];
            float[] sampler = new float[length];
            for (int t = 3; t < length; t++) {
                trained[t] = true;
                sampler[t] = -2;
            }
            batch.add(new Trajectory(tokens, trained, sampler, random.nextGaussian(), 1.0 / sequences));
        }
        return batch;
    }

    /// Gradients on [#batch] by the tensors that learn: the adapters if there are any, else the weights.
    ///
    /// @param budget tokens of a micro-batch
    static Map<String, double[]> of(
            ModelConfig config,
            Map<String, HostTensor> weights,
            DataType type,
            boolean recompute,
            int budget,
            Optional<Decoder.Adapted> adapted) {
        Torch.prepareThread(1);
        List<Trajectory> batch = batch(config, 1);
        try (Decoder decoder = new Decoder(config, weights, type, Device.cpu(), adapted)) {
            decoder.learned().forEach(weight -> weight.setRequiresGradient(true));
            List<PtNDArray> gradients = decoder.zeros(decoder.home());
            PolicyGradient gradient = new PolicyGradient(decoder, recompute, Pulse.NONE, LOSS, batch, Optional.empty());
            gradient.add(gradient.shares(budget, 1).getFirst(), gradients);
            Map<String, double[]> found = new LinkedHashMap<>();
            List<String> names = List.copyOf(decoder.learnedTable().keySet());
            for (int i = 0; i < names.size(); i++) {
                found.put(names.get(i), doubles(gradients.get(i)));
            }
            return found;
        }
    }

    private static double[] doubles(PtNDArray tensor) {
        try (var wide = tensor.toType(DataType.FLOAT64, false)) {
            return wide.toDoubleArray();
        }
    }

    /// The relative Euclidean distance | found - expected | / | expected |.
    static double distance(double[] found, double[] expected) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < found.length; i++) {
            difference += (found[i] - expected[i]) * (found[i] - expected[i]);
            size += expected[i] * expected[i];
        }
        return Math.sqrt(difference / size);
    }
}
