package spice.model;

import static spice.model.Preconditions.require;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// The gradient of the DrGRPO loss over a batch, micro-batch by micro-batch. Safe for several threads at once.
final class PolicyGradient {
    private static final int PER_TOKEN = 4;

    private final Decoder decoder;
    private final boolean recompute;
    private final Pulse pulse;
    private final LossSettings loss;
    private final List<Trajectory> batch;
    private final Optional<float[][]> old;

    PolicyGradient(
            Decoder decoder,
            boolean recompute,
            Pulse pulse,
            LossSettings loss,
            List<Trajectory> batch,
            Optional<float[][]> old) {
        old.ifPresent(values -> checkShape(batch, values));
        this.decoder = decoder;
        this.recompute = recompute;
        this.pulse = pulse;
        this.loss = loss;
        this.batch = batch;
        this.old = old;
    }

    /// Each thread's micro-batches of the trajectories that can move the weights: those with an advantage other
    /// than 0.
    List<List<MicroBatch>> shares(int microBatchTokens, int threads) {
        List<Integer> moving = IntStream.range(0, batch.size())
                .filter(i -> batch.get(i).advantage() != 0)
                .boxed()
                .toList();
        return MicroBatch.shares(batch, moving, microBatchTokens, threads);
    }

    /// Adds the gradient over these micro-batches to `gradients`.
    Sums add(List<MicroBatch> parts, List<PtNDArray> gradients) {
        Sums sums = Sums.NONE;
        for (MicroBatch part : parts) {
            pulse.beat();
            try (PtNDManager scope = decoder.scope();
                    TorchProgram.Call call = decoder.call("add_policy_gradients")) {
                Learner.withTargets(call, scope, batch, part)
                        .with(perToken(scope, part))
                        .with(old.isEmpty())
                        .with(loss.clip())
                        .with(loss.truncation())
                        .with(loss.temperature())
                        .with(recompute);
                double[] added = Torch.withGradients(() -> decoder.addingGradients(call, gradients, part.width())
                        .tensor(scope)
                        .toDoubleArray());
                sums = sums.plus(new Sums(added[0], added[1], added[2], added[3], added[4], part.targets()));
            }
        }
        return sums;
    }

    /// (4, M): old log-probability, sampler's log-probability, advantage, share in the loss.
    private NDArray perToken(PtNDManager scope, MicroBatch part) {
        int count = part.targets();
        double[] values = new double[PER_TOKEN * count];
        part.forEachTarget(batch, (member, position, row, target) -> {
            Trajectory trajectory = batch.get(member);
            values[target] = old.isPresent() ? old.get()[member][position] : 0;
            values[count + target] = trajectory.samplerLogProbs()[position];
            values[2 * count + target] = trajectory.advantage();
            values[3 * count + target] = trajectory.weight() / loss.divisor();
        });
        return decoder.numbers(scope, values, new Shape(PER_TOKEN, count));
    }

    /// Sums over micro-batches; `tokens` counts the trained tokens that were computed.
    record Sums(double loss, double clipped, double truncated, double entropy, double difference, long tokens) {
        static final Sums NONE = new Sums(0, 0, 0, 0, 0, 0);

        Sums plus(Sums other) {
            return new Sums(
                    loss + other.loss,
                    clipped + other.clipped,
                    truncated + other.truncated,
                    entropy + other.entropy,
                    difference + other.difference,
                    tokens + other.tokens);
        }

        UpdateReport report(double gradientNorm) {
            double count = Math.max(1, tokens);
            return new UpdateReport(
                    loss,
                    gradientNorm,
                    clipped / count,
                    truncated / count,
                    entropy / count,
                    difference / count,
                    tokens);
        }
    }

    private static void checkShape(List<Trajectory> batch, float[][] logProbs) {
        require(
                logProbs.length == batch.size(),
                "%d trajectories come with old log-probabilities of %d",
                batch.size(),
                logProbs.length);
        for (int i = 0; i < logProbs.length; i++) {
            require(
                    logProbs[i].length == batch.get(i).length(),
                    "trajectory %d has %d tokens and %d old log-probabilities",
                    i,
                    batch.get(i).length(),
                    logProbs[i].length);
        }
    }
}
