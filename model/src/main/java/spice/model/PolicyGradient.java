package spice.model;

import static spice.model.Check.require;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// The gradient of the DrGRPO loss over a batch, micro-batch by micro-batch.
final class PolicyGradient {
    private static final int PER_TOKEN = 5;

    private final Decoder decoder;
    private final LossSettings loss;

    PolicyGradient(Decoder decoder, LossSettings loss) {
        this.decoder = decoder;
        this.loss = loss;
    }

    /// What the micro-batches add up to; `tokens` is the number of trained tokens computed.
    record Sums(double loss, double clipped, double truncated, double entropy, double difference, long tokens) {
        private static final Sums NONE = new Sums(0, 0, 0, 0, 0, 0);

        private Sums plus(double[] part, long more) {
            return new Sums(
                    loss + part[0],
                    clipped + part[1],
                    truncated + part[2],
                    entropy + part[3],
                    difference + part[4],
                    tokens + more);
        }

        UpdateReport report(double gradientNorm) {
            double count = Math.max(1, tokens);
            return new UpdateReport(
                    loss, gradientNorm, clipped / count, truncated / count, entropy / count, difference / count, tokens);
        }
    }

    /// Adds the batch's gradient to `gradients`. Trajectories that cannot move the weights are not computed.
    Sums add(
            List<Trajectory> batch,
            float[][] old,
            Optional<float[][]> reference,
            int microBatchTokens,
            List<PtNDArray> gradients) {
        checkShape("old", batch, old);
        reference.ifPresent(values -> checkShape("reference", batch, values));
        List<Integer> moving = IntStream.range(0, batch.size())
                .filter(i -> loss.klBeta() > 0 || batch.get(i).advantage() != 0)
                .boxed()
                .toList();
        Sums sums = Sums.NONE;
        for (MicroBatch part : MicroBatch.cut(batch, moving, microBatchTokens)) {
            try (PtNDManager scope = decoder.scope();
                    TorchProgram.Call call = decoder.call("add_policy_gradients")) {
                Learner.withTargets(call, scope, batch, part)
                        .with(perToken(scope, batch, part, old, reference.orElse(old)))
                        .with(loss.clip())
                        .with(loss.truncation())
                        .with(loss.klBeta())
                        .with(loss.temperature());
                double[] added = Torch.withGradients(
                        () -> decoder.through(call, gradients).tensor(scope).toDoubleArray());
                sums = sums.plus(added, part.targets());
            }
        }
        return sums;
    }

    private static void checkShape(String name, List<Trajectory> batch, float[][] logProbs) {
        require(
                logProbs.length == batch.size(),
                "%d trajectories come with %s log-probabilities of %d",
                batch.size(),
                name,
                logProbs.length);
        for (int i = 0; i < logProbs.length; i++) {
            require(
                    logProbs[i].length == batch.get(i).length(),
                    "trajectory %d has %d tokens and %d %s log-probabilities",
                    i,
                    batch.get(i).length(),
                    logProbs[i].length,
                    name);
        }
    }

    /// (5, M): old, sampler's, reference, advantage, share in the loss.
    private NDArray perToken(
            PtNDManager scope, List<Trajectory> batch, MicroBatch part, float[][] old, float[][] reference) {
        int count = part.targets();
        double[] values = new double[PER_TOKEN * count];
        part.forEachTarget(batch, (member, position, row, target) -> {
            Trajectory trajectory = batch.get(member);
            values[target] = old[member][position];
            values[count + target] = trajectory.samplerLogProbs()[position];
            values[2 * count + target] = reference[member][position];
            values[3 * count + target] = trajectory.advantage();
            values[4 * count + target] = trajectory.weight() / loss.divisor();
        });
        return decoder.numbers(scope, values, new Shape(PER_TOKEN, count));
    }
}
