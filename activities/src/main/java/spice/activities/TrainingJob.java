package spice.activities;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import spice.model.LearnerSettings;
import spice.model.LossSettings;
import spice.store.BlobRef;

/// What a job is told that takes the training step in our place; `docs/launcher.md` is the contract. It reads
/// this, and all that it names, out of the store, and leaves a [TrainingJobResult] there.
///
/// @param format of this record, raised when it changes
/// @param blobs where the content of a reference lies: this, two digits of its SHA-256, a slash, all digits
/// @param result key of the object that the job creates last
/// @param model files of the parent checkpoint's folder, in Hugging Face layout
/// @param optimizer its AdamW's state as safetensors; absent where the moments are zero
/// @param batch the trajectories, as [TrajectoryLines]
/// @param learningRates of each update, in order: as many as there are updates
/// @param seed for whatever the job would draw
record TrainingJob(
        int format,
        String blobs,
        String result,
        Map<String, BlobRef> model,
        Optional<BlobRef> optimizer,
        BlobRef batch,
        List<Double> learningRates,
        Loss loss,
        AdamW adamW,
        int microBatchTokens,
        long seed) {
    static final int FORMAT = 1;

    TrainingJob {
        model = Map.copyOf(model);
        learningRates = List.copyOf(learningRates);
    }

    /// DrGRPO's constants, as in [LossSettings].
    record Loss(double clip, double truncation, double klBeta, double divisor, double temperature) {
        static Loss of(LossSettings loss) {
            return new Loss(loss.clip(), loss.truncation(), loss.klBeta(), loss.divisor(), loss.temperature());
        }
    }

    /// AdamW's constants, as in [LearnerSettings].
    ///
    /// @param maxGradientNorm longer gradients are scaled down to it before the step
    record AdamW(double beta1, double beta2, double epsilon, double weightDecay, double maxGradientNorm) {
        static AdamW of(LearnerSettings learner) {
            return new AdamW(
                    learner.beta1(),
                    learner.beta2(),
                    learner.epsilon(),
                    learner.weightDecay(),
                    learner.maxGradientNorm());
        }
    }
}
