package spice.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The policy while it learns: weights, AdamW's moments, and the losses that move them. For one thread at a time.
public final class Learner implements AutoCloseable {
    private Learner() {}

    /// Opens a model folder for training; without optimizer state the moments start at zero.
    ///
    /// @throws ModelException if a file is missing, damaged or does not fit the others
    public static Learner open(Path modelFolder, Optional<Path> optimizerState, LearnerSettings settings) {
        throw new UnsupportedOperationException();
    }

    /// The learner's log-probability of every trained token at the temperature, 0 elsewhere.
    public float[][] logProbs(List<Trajectory> trajectories, double temperature) {
        throw new UnsupportedOperationException();
    }

    /// One optimizer step on the DrGRPO loss without a reference; `loss.klBeta()` must be 0.
    public UpdateReport update(
            List<Trajectory> batch, float[][] oldLogProbs, LossSettings loss, double learningRate) {
        return update(batch, oldLogProbs, Optional.empty(), loss, learningRate);
    }

    /// One optimizer step on the DrGRPO loss, computed in micro-batches.
    ///
    /// @param oldLogProbs this learner's [#logProbs] before the first step on these trajectories
    /// @param referenceLogProbs the reference's, present exactly if `loss.klBeta()` is above 0
    public UpdateReport update(
            List<Trajectory> batch,
            float[][] oldLogProbs,
            Optional<float[][]> referenceLogProbs,
            LossSettings loss,
            double learningRate) {
        throw new UnsupportedOperationException();
    }

    /// One supervised step. Returns the mean cross-entropy of the trained tokens before it, in nats.
    public double imitate(List<Trajectory> batch, double learningRate) {
        throw new UnsupportedOperationException();
    }

    /// Writes the model folder: config, weights, and the tokenizer files of the folder this learner came from.
    public void saveModel(Path folder) {
        throw new UnsupportedOperationException();
    }

    /// Writes AdamW's moments and step as safetensors.
    public void saveOptimizer(Path file) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
