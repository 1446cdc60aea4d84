package spice.model;

import static spice.model.Preconditions.require;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// The policy while it learns: weights, AdamW's moments, and the losses that move them. Call it from one thread at
/// a time; it has its own threads for the micro-batches.
public final class Learner implements AutoCloseable {
    /// Keeps the scale finite where the gradient is zero; the same guard as in PyTorch's own clipping.
    private static final double NORM_GUARD = 1e-6;

    private final LearnerSettings settings;
    private final Pulse pulse;
    /// One per device. The optimizer steps the first, which is also saved; the others copy it.
    private final List<Decoder> replicas;
    private final Decoder decoder;
    private final AdamW optimizer;
    private final Crew crew;
    /// One set per thread of the crew. After a batch the first holds the sum of all.
    private final List<List<PtNDArray>> gradients;
    private final Map<String, byte[]> companions;

    private Learner(
            LearnerSettings settings,
            Pulse pulse,
            List<Decoder> replicas,
            int threads,
            AdamW optimizer,
            Map<String, byte[]> companions) {
        this.settings = settings;
        this.pulse = pulse;
        this.replicas = replicas;
        this.decoder = replicas.getFirst();
        this.optimizer = optimizer;
        this.companions = companions;
        crew = new Crew(threads);
        gradients = IntStream.range(0, crew.size())
                .mapToObj(thread -> {
                    Decoder replica = replicas.get(thread % replicas.size());
                    return replica.zeros(replica.home());
                })
                .toList();
        replicas.forEach(replica -> replica.learned().forEach(tensor -> tensor.setRequiresGradient(true)));
    }

    /// Opens a model folder for training. The moments start at zero without optimizer state, and also where the
    /// checkpoint learned all weights and this learner adapters, or the other way round.
    ///
    /// @param devices share an update's micro-batches; the gradients are summed on the first
    /// @param pulse beats before every micro-batch, on several threads at once; what it throws ends the method
    ///     that computes, with the weights as before
    /// @throws ModelException if a file is missing, damaged or does not fit the others, or a device cannot be
    ///     used
    public static Learner open(
            Path modelFolder, Optional<Path> optimizerState, LearnerSettings settings, Devices devices, Pulse pulse) {
        Map<String, byte[]> companions = ModelFolder.companions(modelFolder);
        List<Decoder> replicas = new ArrayList<>();
        try {
            devices.all()
                    .forEach(device ->
                            replicas.add(Decoder.open(modelFolder, settings.dtype(), device, settings.lora())));
            Decoder decoder = replicas.getFirst();
            boolean offloads = devices.offloadsOptimizer();
            AdamW optimizer = optimizerState
                    .filter(_ ->
                            AdapterFolder.isIn(modelFolder) == settings.lora().isPresent())
                    .map(file -> AdamW.read(file, decoder, settings, offloads))
                    .orElseGet(() -> AdamW.fresh(decoder, settings, offloads));
            if (settings.lora().isEmpty() && decoder.isRounded() && AdapterFolder.isIn(modelFolder)) {
                startFromTheSum(optimizer, modelFolder);
            }
            int threads = devices.threads(settings.threads());
            return new Learner(settings, pulse, List.copyOf(replicas), threads, optimizer, companions);
        } catch (RuntimeException e) {
            replicas.forEach(Decoder::close);
            throw e;
        }
    }

    /// Starts the master copy from the sum of base and adapter as it was before it was rounded.
    private static void startFromTheSum(AdamW optimizer, Path modelFolder) {
        try (Decoder exact = Decoder.open(modelFolder, Dtype.FLOAT32, Device.cpu(), Optional.empty())) {
            optimizer.startFrom(exact.learned());
        }
    }

    /// The replica that a thread of the crew computes with.
    private Decoder at(int thread) {
        return replicas.get(thread % replicas.size());
    }

    /// Checks a model and an optimizer state from elsewhere without opening them for training.
    ///
    /// @throws ModelException if a file is missing or damaged or does not fit the others
    public static void check(Path modelFolder, Path optimizerState) {
        ModelFolder.checkWeights(modelFolder);
        AdamW.check(optimizerState, ModelFolder.config(modelFolder));
    }

    /// The learner's log-probability of every trained token at the temperature, 0 elsewhere.
    public float[][] logProbs(List<Trajectory> trajectories, double temperature) {
        require(temperature > 0 && Double.isFinite(temperature), "temperature must be positive, got %s", temperature);
        check(trajectories);
        return ModelWork.recorded(() -> computedLogProbs(trajectories, temperature));
    }

    private float[][] computedLogProbs(List<Trajectory> trajectories, double temperature) {
        float[][] logProbs = new float[trajectories.size()][];
        for (int i = 0; i < logProbs.length; i++) {
            logProbs[i] = new float[trajectories.get(i).length()];
        }
        List<List<MicroBatch>> shares =
                MicroBatch.shares(trajectories, all(trajectories), settings.microBatchTokens(), crew.size());
        crew.compute(thread -> {
            for (MicroBatch part : shares.get(thread)) {
                pulse.beat();
                try (PtNDManager scope = at(thread).scope();
                        TorchProgram.Call call = at(thread).call("log_probs")) {
                    withTargets(call, scope, trajectories, part).with(temperature);
                    float[] values =
                            at(thread).through(call, part.width()).tensor(scope).toFloatArray();
                    part.forEachTarget(
                            trajectories,
                            (member, position, row, target) -> logProbs[member][position] = values[target]);
                }
            }
            return thread;
        });
        return logProbs;
    }

    /// One optimizer step on the DrGRPO loss (Liu et al. 2025, arXiv 2503.20783; the terms as in Oat), computed
    /// in micro-batches: the sum over sequences of weight / divisor times the sum of the trained tokens' terms.
    /// If every advantage is 0, the gradient is zero and AdamW steps on its momentum alone.
    ///
    /// @param oldLogProbs this learner's [#logProbs] before the first step on these trajectories; empty in the
    ///     first step itself, whose own pass computes them
    /// @throws ModelException if the gradient is not finite; the weights are then as before
    public UpdateReport update(
            List<Trajectory> batch, Optional<float[][]> oldLogProbs, LossSettings loss, double learningRate) {
        checkRate(learningRate);
        check(batch);
        List<PolicyGradient> gradient = replicas.stream()
                .map(replica -> new PolicyGradient(replica, settings.recompute(), pulse, loss, batch, oldLogProbs))
                .toList();
        return ModelWork.recorded(() -> stepped(gradient, learningRate));
    }

    /// @param gradient one for each device
    private UpdateReport stepped(List<PolicyGradient> gradient, double learningRate) {
        List<List<MicroBatch>> shares = gradient.getFirst().shares(settings.microBatchTokens(), crew.size());
        PolicyGradient.Sums sums = accumulate(
                        thread -> gradient.get(thread % gradient.size()).add(shares.get(thread), gradients.get(thread)))
                .stream()
                .reduce(PolicyGradient.Sums.NONE, PolicyGradient.Sums::plus);
        return sums.report(step(learningRate));
    }

    /// One supervised step, which ignores advantages and weights. Returns the mean cross-entropy of the trained
    /// tokens before it, in nats.
    ///
    /// @throws ModelException if the gradient is not finite; the weights are then as before
    public double imitate(List<Trajectory> batch, double learningRate) {
        checkRate(learningRate);
        check(batch);
        long tokens = batch.stream().mapToLong(Trajectory::trainedTokens).sum();
        require(tokens > 0, "there is nothing to imitate: no token of the %d trajectories is trained", batch.size());
        List<List<MicroBatch>> shares = MicroBatch.shares(batch, all(batch), settings.microBatchTokens(), crew.size());
        double loss = accumulate(thread ->
                        imitationGradient(at(thread), batch, shares.get(thread), tokens, gradients.get(thread)))
                .stream()
                .mapToDouble(Double::doubleValue)
                .sum();
        step(learningRate);
        return loss;
    }

    private double imitationGradient(
            Decoder on, List<Trajectory> batch, List<MicroBatch> parts, long tokens, List<PtNDArray> gradients) {
        double loss = 0;
        for (MicroBatch part : parts) {
            pulse.beat();
            try (PtNDManager scope = on.scope();
                    TorchProgram.Call call = on.call("add_imitation_gradients")) {
                withTargets(call, scope, batch, part).with(1.0 / tokens).with(settings.recompute());
                loss += Torch.withGradients(() -> on.addingGradients(call, gradients, part.width())
                        .tensor(scope)
                        .getDouble());
            }
        }
        return loss;
    }

    /// Computes every thread's share of a batch's gradients and adds them up in the first thread's.
    private <T> List<T> accumulate(IntFunction<T> share) {
        List<T> results = crew.compute(thread -> {
            try (TorchProgram.Call call = at(thread).call("clear").with(gradients.get(thread))) {
                call.run();
            }
            return share.apply(thread);
        });
        Torch.prepareThread(1);
        for (List<PtNDArray> others : gradients.subList(1, gradients.size())) {
            try (TorchProgram.Call call =
                    decoder.call("add").with(gradients.getFirst()).with(others)) {
                call.run();
            }
        }
        return results;
    }

    /// Clips the gradients, steps, and returns their norm before clipping.
    private double step(double learningRate) {
        double norm;
        try (PtNDManager scope = decoder.scope();
                TorchProgram.Call call = decoder.call("gradient_norm").with(gradients.getFirst())) {
            norm = call.tensor(scope).getDouble();
        }
        if (!Double.isFinite(norm)) {
            throw new ModelException(
                    "the gradient's norm is %s; the weights are as before. Lower the learning rate or look for a damaged checkpoint"
                            .formatted(norm));
        }
        optimizer.step(
                gradients.getFirst(), Math.min(1, settings.maxGradientNorm() / (norm + NORM_GUARD)), learningRate);
        for (Decoder replica : replicas.subList(1, replicas.size())) {
            replica.copy(decoder.learned(), replica.learned());
        }
        return norm;
    }

    private static void checkRate(double learningRate) {
        require(
                learningRate >= 0 && Double.isFinite(learningRate),
                "the learning rate must be 0 or more, got %s",
                learningRate);
    }

    private void check(List<Trajectory> trajectories) {
        int longest = decoder.config().maxPositions();
        for (Trajectory trajectory : trajectories) {
            if (trajectory.length() > longest) {
                throw new ModelException("a trajectory of %d tokens does not fit into the model's %d positions"
                        .formatted(trajectory.length(), longest));
            }
            decoder.config().checkTokens(trajectory.tokens());
        }
    }

    private static List<Integer> all(List<Trajectory> trajectories) {
        return IntStream.range(0, trajectories.size()).boxed().toList();
    }

    /// Appends a micro-batch's tokens (B, T), the rows that predict (M) and their targets (M).
    static TorchProgram.Call withTargets(
            TorchProgram.Call call, NDManager scope, List<Trajectory> batch, MicroBatch part) {
        long[] rows = new long[part.targets()];
        long[] targets = new long[part.targets()];
        part.forEachTarget(batch, (member, position, row, target) -> {
            rows[target] = (long) row * part.width() + position - 1;
            targets[target] = batch.get(member).tokens()[position];
        });
        return call.with(scope.create(
                        part.tokens(batch), new Shape(part.members().size(), part.width())))
                .with(scope.create(rows))
                .with(scope.create(targets));
    }

    /// Writes a model folder: the weights in the type that computes, and copies of the other files of the opened
    /// folder. With adapters, these in float32 and the weights as their base.
    public void saveModel(Path folder) {
        Dtype dtype = settings.dtype();
        if (settings.lora().isEmpty()) {
            ModelFolder.write(folder, decoder.config(), decoder.base(), companions, dtype);
        } else {
            ModelFolder.writeCompanions(folder, decoder.config(), companions, dtype);
            AdapterFolder.write(
                    folder, settings.lora().get(), decoder.download(decoder.learned(), ""), decoder.base(), dtype);
        }
    }

    /// Writes AdamW's moments and step, and for rounded weights the master copy, as safetensors.
    public void saveOptimizer(Path file) {
        optimizer.write(file);
    }

    @Override
    public void close() {
        crew.close();
        optimizer.close();
        replicas.forEach(Decoder::close);
    }
}
