package spice.model;

import static spice.model.Check.require;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// The gradient of the DrGRPO loss over a batch, micro-batch by micro-batch. Safe for several threads at once.
final class PolicyGradient {
    private static final int PER_TOKEN = 5;

    private final Decoder decoder;
    private final boolean recompute;
    private final Pulse pulse;
    private final LossSettings loss;
    private final List<Trajectory> batch;
    private final Optional<float[][]> old;
    private final Optional<float[][]> reference;

    PolicyGradient(
            Decoder decoder,
            boolean recompute,
            Pulse pulse,
            LossSettings loss,
            List<Trajectory> batch,
            Optional<float[][]> old,
            Optional<float[][]> reference) {
        old.ifPresent(values -> checkShape("old", batch, values));
        reference.ifPresent(values -> checkShape("reference", batch, values));
        this.decoder = decoder;
        this.recompute = recompute;
        this.pulse = pulse;
        this.loss = loss;
        this.batch = batch;
        this.old = old;
        this.reference = reference;
    }

    /// The micro-batches of the trajectories that can move the weights, each thread's.
    List<List<MicroBatch>> shares(int microBatchTokens, int threads) {
        List<Integer> moving = IntStream.range(0, batch.size())
                .filter(i -> loss.klBeta() > 0 || batch.get(i).advantage() != 0)
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
                        .with(loss.klBeta())
                        .with(loss.temperature())
                        .with(recompute);
                double[] added = Torch.withGradients(() -> decoder.learning(call, gradients, part.width())
                        .tensor(scope)
                        .toDoubleArray());
                sums = sums.plus(new Sums(added[0], added[1], added[2], added[3], added[4], part.targets()));
            }
        }
        return sums;
    }

    /// (5, M): old, sampler's, reference, advantage, share in the loss.
    private NDArray perToken(PtNDManager scope, MicroBatch part) {
        int count = part.targets();
        double[] values = new double[PER_TOKEN * count];
        part.forEachTarget(batch, (member, position, row, target) -> {
            Trajectory trajectory = batch.get(member);
            values[target] = at(old, member, position);
            values[count + target] = trajectory.samplerLogProbs()[position];
            values[2 * count + target] = at(reference, member, position);
            values[3 * count + target] = trajectory.advantage();
            values[4 * count + target] = trajectory.weight() / loss.divisor();
        });
        return decoder.numbers(scope, values, new Shape(PER_TOKEN, count));
    }

    /// 0 where there is none: it is not read then.
    private static double at(Optional<float[][]> logProbs, int member, int position) {
        return logProbs.isPresent() ? logProbs.get()[member][position] : 0;
    }

    /// What the micro-batches add up to; `tokens` is the number of trained tokens computed.
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
}
