package spice.model;

import static spice.model.Preconditions.require;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// A model opened from its folder, ready to sample.
public final class LanguageModel implements Policy {
    private final Decoder decoder;
    private final HuggingFaceCodec codec;
    private final int intraOpThreads;
    private final Pulse pulse;

    LanguageModel(Decoder decoder, HuggingFaceCodec codec, int intraOpThreads, Pulse pulse) {
        this.decoder = decoder;
        this.codec = codec;
        this.intraOpThreads = intraOpThreads;
        this.pulse = pulse;
    }

    /// Opens a model folder in Hugging Face layout.
    ///
    /// @param dtype the type that the model computes in
    /// @param intraOpThreads threads that a call of [#sample] uses inside one operator; repeating a call bit for
    ///     bit needs the same number
    /// @param devices only the first is used
    /// @throws ModelException if a file is missing, damaged or does not fit the others
    public static LanguageModel open(Path folder, Dtype dtype, int intraOpThreads, Devices devices) {
        require(intraOpThreads > 0, "intraOpThreads must be positive, got %d", intraOpThreads);
        HuggingFaceCodec codec = ModelFolder.codec(folder);
        try {
            Decoder decoder = Decoder.openToSample(folder, dtype, devices.all().getFirst());
            return new LanguageModel(decoder, codec, intraOpThreads, Pulse.NONE);
        } catch (RuntimeException e) {
            codec.close();
            throw e;
        }
    }

    @Override
    public TextCodec codec() {
        return codec;
    }

    @Override
    public LanguageModel watchedBy(Pulse watcher) {
        return new LanguageModel(decoder, codec, intraOpThreads, watcher);
    }

    /// @throws ModelException if a prompt and its completion do not fit the model, or its weights are too large to
    ///     compute with
    @Override
    public List<List<Completion>> sample(List<PromptGroup> groups, Sampling sampling) {
        if (groups.isEmpty()) {
            return List.of();
        }
        groups.forEach(group -> check(group, sampling.maxNewTokens()));
        return ModelWork.recorded(() -> sampled(groups, sampling));
    }

    private List<List<Completion>> sampled(List<PromptGroup> groups, Sampling sampling) {
        Torch.prepareThread(intraOpThreads);
        int completions =
                groups.stream().mapToInt(group -> group.seeds().length).sum();
        StopStrings strings = new StopStrings(sampling.stopStrings(), codec, completions, sampling.maxNewTokens());
        try (ShardSampling shard = new ShardSampling(decoder, pulse, groups, sampling, strings)) {
            ShardSampling.Drawn drawn = shard.draw();
            return completions(groups, drawn.tokens(), drawn.logProbs(), sampling, strings);
        }
    }

    private void check(PromptGroup group, int newTokens) {
        decoder.config().checkRoom(group.prompt(), newTokens);
        decoder.config().checkTokens(group.prompt());
    }

    /// The logits (T, V) after every position of a text, for comparisons with other programs.
    ///
    /// @throws ModelException if the text does not fit the model
    public float[][] logits(int[] tokens) {
        check(new PromptGroup(tokens, new long[1]), 0);
        Torch.prepareThread(intraOpThreads);
        long[] rows = LongStream.range(0, tokens.length).toArray();
        try (PtNDManager scope = decoder.scope();
                TorchProgram.Call call = decoder.call("logits")) {
            call.with(matrix(scope, Arrays.stream(tokens).asLongStream().toArray(), tokens.length))
                    .with(scope.create(rows));
            float[] flat = decoder.through(call, tokens.length).tensor(scope).toFloatArray();
            int width = decoder.config().vocabularySize();
            return IntStream.range(0, tokens.length)
                    .mapToObj(t -> Arrays.copyOfRange(flat, t * width, (t + 1) * width))
                    .toArray(float[][]::new);
        }
    }

    private static NDArray matrix(NDManager scope, long[] values, int columns) {
        return scope.create(values, new Shape(values.length / columns, columns));
    }

    private List<List<Completion>> completions(
            List<PromptGroup> groups, long[] tokens, float[] logProbs, Sampling sampling, StopStrings strings) {
        List<List<Completion>> all = new ArrayList<>();
        int row = 0;
        for (PromptGroup group : groups) {
            List<Completion> ofGroup = new ArrayList<>();
            for (int i = 0; i < group.seeds().length; i++) {
                int most = Math.min(sampling.maxNewTokens(), strings.end(row));
                boolean byString = strings.end(row) <= most;
                ofGroup.add(completion(tokens, logProbs, row++ * sampling.maxNewTokens(), most, byString));
            }
            all.add(List.copyOf(ofGroup));
        }
        return List.copyOf(all);
    }

    private Completion completion(long[] tokens, float[] logProbs, int from, int most, boolean byString) {
        List<Integer> stops = decoder.config().stopTokens();
        int stop = from;
        while (stop < from + most && !stops.contains((int) tokens[stop])) {
            stop++;
        }
        boolean stopped = stop < from + most;
        int end = stopped ? stop + 1 : stop;
        for (int i = from; i < end; i++) {
            if (!Float.isFinite(logProbs[i])) {
                throw new ModelException(
                        "the model gives a token the log-probability %s; its weights are too large to compute with. Go back to an earlier checkpoint"
                                .formatted(logProbs[i]));
            }
        }
        return new Completion(
                Arrays.stream(tokens, from, end).mapToInt(Math::toIntExact).toArray(),
                Arrays.copyOfRange(logProbs, from, end),
                reason(stopped, byString));
    }

    private static StopReason reason(boolean byToken, boolean byString) {
        if (byToken) {
            return StopReason.STOP_TOKEN;
        }
        return byString ? StopReason.STOP_STRING : StopReason.LENGTH;
    }

    @Override
    public void close() {
        decoder.close();
        codec.close();
    }
}
