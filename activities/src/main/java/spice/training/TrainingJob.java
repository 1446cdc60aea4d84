package spice.training;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import spice.model.LearnerSettings;
import spice.model.LossSettings;
import spice.store.BlobRef;

/// The order for a job that takes the training step in our place; `docs/launcher.md` is the contract. The job reads
/// it, and all that it names, from the store, and leaves a [TrainingJobResult] there.
///
/// @param format of this record, raised when it changes
/// @param blobs prefix of all blob keys; two digits of the SHA-256, a slash, and all its digits follow
/// @param result key of the object that the job creates last
/// @param model files of the parent checkpoint's folder, in Hugging Face layout
/// @param optimizer AdamW's state as safetensors; absent where the moments are zero
/// @param batch the trajectories, as [TrajectoryLines]
/// @param learningRates one for each update, in order
/// @param seed of whatever the job draws
record TrainingJob(
        int format,
        String blobs,
        String result,
        Map<String, BlobRef> model,
        Optional<BlobRef> optimizer,
        BlobRef batch,
        List<Double> learningRates,
        Loss loss,
        AdamWConstants adamW,
        int microBatchTokens,
        long seed) {
    static final int FORMAT = 1;

    TrainingJob {
        model = Map.copyOf(model);
        learningRates = List.copyOf(learningRates);
    }

    /// DrGRPO's constants, as in [LossSettings].
    ///
    /// @param klBeta always 0, a field of the contract's first format: the loss has no divergence term
    record Loss(double clip, double truncation, double klBeta, double divisor, double temperature) {
        static Loss of(LossSettings loss) {
            return new Loss(loss.clip(), loss.truncation(), 0, loss.divisor(), loss.temperature());
        }
    }

    /// AdamW's constants, as in [LearnerSettings].
    ///
    /// @param maxGradientNorm longer gradients are scaled down to this norm before the step
    record AdamWConstants(double beta1, double beta2, double epsilon, double weightDecay, double maxGradientNorm) {
        static AdamWConstants of(LearnerSettings learner) {
            return new AdamWConstants(
                    learner.beta1(),
                    learner.beta2(),
                    learner.epsilon(),
                    learner.weightDecay(),
                    learner.maxGradientNorm());
        }
    }
}
