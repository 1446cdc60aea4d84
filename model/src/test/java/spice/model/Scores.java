package spice.model;

import java.util.List;

/// The log-probabilities that an opened model gives to the trained tokens of trajectories, from its logits.
final class Scores {
    private Scores() {}

    /// As [Learner#logProbs] at temperature 1.
    static float[][] of(LanguageModel model, List<Trajectory> batch) {
        float[][] scores = new float[batch.size()][];
        for (int i = 0; i < scores.length; i++) {
            Trajectory trajectory = batch.get(i);
            float[][] logits = model.logits(trajectory.tokens());
            scores[i] = new float[trajectory.length()];
            for (int t = 1; t < trajectory.length(); t++) {
                if (trajectory.trained()[t]) {
                    scores[i][t] = logProb(logits[t - 1], trajectory.tokens()[t]);
                }
            }
        }
        return scores;
    }

    private static float logProb(float[] logits, int token) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        return (float) (logits[token] - Math.log(sum));
    }
}
