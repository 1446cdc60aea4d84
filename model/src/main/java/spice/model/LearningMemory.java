package spice.model;

import java.util.List;
import java.util.stream.LongStream;

/// The peak memory of a [Learner] during an update, part by part, computed without opening it.
///
/// The activations of a layer are counted tensor by tensor as `layer` of `decoder.py` makes them. The freed memory
/// that glibc's allocator keeps was measured (docs/LOG.md, 30 November 2026).
///
/// @param threads that compute micro-batches in parallel
/// @param tokens of a micro-batch, padding included
/// @param offloads whether the optimizer is in the host's memory
public record LearningMemory(ModelConfig config, LearnerSettings settings, int threads, long tokens, boolean offloads) {
    /// Numbers in a table of logits, as in `block` of `decoder.py`.
    private static final long HEAD_BLOCK = 2_097_152;

    private static final long HEAD_ROWS = 128;

    private static final long HEAD_TENSORS = 4;
    /// Gradients inside the layer being computed backward, as a share of the activations of all layers.
    private static final double ON_THE_WAY = 0.07;
    /// How many of a thread's largest tensors lie freed in the allocator's arenas, where others cannot use them.
    private static final long FREED = 20;
    /// With adapters, which make three tensors out of one.
    private static final long FREED_BESIDE_ADAPTERS = 34;
    /// Larger blocks are mapped by themselves and given back at once.
    private static final long LARGEST_IN_ARENA = 32L << 20;

    /// The memory of an update of this many trajectories, each of the longest length.
    public static LearningMemory of(
            ModelConfig config, LearnerSettings settings, Devices devices, int trajectories, int longest) {
        int threads = devices.threads(settings.threads());
        long all = (long) trajectories * longest;
        long even = Math.ceilDiv(all, (long) threads);
        return new LearningMemory(
                config,
                settings,
                threads,
                Math.max(longest, Math.min(settings.microBatchTokens(), even)),
                devices.offloadsOptimizer());
    }

    /// The part that every checkpoint stores anew: what learns, its master copy and moments.
    public long checkpointBytes() {
        return (settings.lora().isPresent() ? adapters() : weights()) + master() + moments();
    }

    /// The part that all checkpoints share: the weights that adapters stand on; 0 without adapters.
    public long sharedBytes() {
        return settings.lora().isPresent() ? weights() - adapters() : 0;
    }

    /// The host's memory of an offloaded optimizer: a master copy, moments, and a step's gradients.
    public long offloadedBytes() {
        return 4 * learned() * Float.BYTES;
    }

    private long learned() {
        return settings.lora()
                .map(lora -> WeightTable.numbers(Adapters.table(config, lora)))
                .orElse(config.parameters());
    }

    private long weights() {
        return config.parameters() * settings.dtype().bytes() + adapters();
    }

    private long adapters() {
        return settings.lora().isPresent() ? learned() * Float.BYTES : 0;
    }

    private long master() {
        return isRounded() ? learned() * Float.BYTES : 0;
    }

    private long moments() {
        return 2 * learned() * Float.BYTES;
    }

    private boolean isRounded() {
        return settings.dtype() != Dtype.FLOAT32 && settings.lora().isEmpty();
    }

    /// The parts; their sum is the learner's peak.
    public List<MemoryPart> parts() {
        long learned = learned();
        long number =
                settings.lora().isPresent() ? Float.BYTES : settings.dtype().bytes();
        long kept = threads * tokens * perToken();
        long block = Math.max(HEAD_BLOCK, HEAD_ROWS * config.vocabularySize());
        long freed = settings.lora().isPresent() ? FREED_BESIDE_ADAPTERS : FREED;
        return List.of(
                new MemoryPart("weights", weights()),
                new MemoryPart("master copy of the weights", offloads ? 0 : master()),
                new MemoryPart("AdamW's moments", offloads ? 0 : moments()),
                new MemoryPart("gradients, a set per thread", threads * learned * Float.BYTES),
                new MemoryPart("gradients of a micro-batch", threads * ofOnePass(learned) * number),
                new MemoryPart("what the layers keep for the way back", Math.round(kept * (1 + ON_THE_WAY))),
                new MemoryPart("logits", HEAD_TENSORS * threads * block * Float.BYTES),
                new MemoryPart(
                        "gradient of the output table, before it is widened", isRounded() ? threads * table() : 0),
                new MemoryPart("freed memory that the allocator keeps", freed * threads * largestInArena()));
    }

    private long largestInArena() {
        return LongStream.of(config.intermediateSize(), config.hiddenSize())
                .map(width -> tokens
                        * width
                        * switch (settings.dtype()) {
                            case FLOAT32 -> Float.BYTES;
                            // Some of these tensors are widened to float32: the mean of both sizes.
                            case BFLOAT16 -> (Float.BYTES + Short.BYTES) / 2;
                        })
                .filter(bytes -> bytes <= LARGEST_IN_ARENA)
                .findFirst()
                .orElse(0);
    }

    /// Bytes of the output table if it learns, else 0.
    private long table() {
        return settings.lora().isPresent()
                ? 0
                : (long) config.vocabularySize()
                        * config.hiddenSize()
                        * settings.dtype().bytes();
    }

    /// How many gradients one backward pass returns at once: with recompute, those of one layer.
    private long ofOnePass(long learned) {
        return settings.recompute() ? learned / config.layers() : learned;
    }

    /// Bytes of activations that are kept for each token until the backward pass.
    private long perToken() {
        long layer = ofLayer();
        long hidden = (long) config.hiddenSize() * settings.dtype().bytes();
        return settings.recompute() ? config.layers() * hidden + layer : config.layers() * layer;
    }

    private long ofLayer() {
        long hidden = config.hiddenSize();
        long queries = (long) config.heads() * config.headDimension();
        long keys = (long) config.keyValueHeads() * config.headDimension();
        boolean shared = config.heads() > config.keyValueHeads();
        // Attention's inputs (rotated queries, keys and values) and its output.
        long attention = 2 * queries + 2 * (shared ? queries : keys);
        long normed = config.family().hasQueryKeyNorms() ? queries + keys : 0;
        long inside = 4L * config.intermediateSize();
        return switch (settings.dtype()) {
            // Each norm keeps its input, the normalised input, and its output.
            case FLOAT32 -> Float.BYTES * (2 * 3 * hidden + 2 * normed + attention + inside);
            // The input of a norm is also kept in float32.
            case BFLOAT16 ->
                2 * (Float.BYTES + 2 * Short.BYTES) * hidden
                        + (Float.BYTES + Short.BYTES) * normed
                        + Short.BYTES * (attention + inside);
        };
    }
}
