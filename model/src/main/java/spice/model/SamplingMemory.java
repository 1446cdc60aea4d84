package spice.model;

import java.util.List;

/// The memory of a [LanguageModel] while shards are sampled side by side, part by part, without opening it: if every
/// completion goes on to its last token.
///
/// @param shards side by side
/// @param prompts of a shard (G)
/// @param promptTokens of each (P)
/// @param completions of each prompt (K)
/// @param newTokens of each completion (N)
public record SamplingMemory(
        ModelConfig config, Dtype dtype, int shards, int prompts, int promptTokens, int completions, int newTokens) {
    /// Of a token drawn: logits, and in float64 five tables that `draw` makes of them.
    private static final int DRAW_BYTES = Float.BYTES + 5 * Double.BYTES;

    /// The parts; their sum is the model's.
    public List<MemoryPart> parts() {
        long number = dtype.bytes();
        long cached = 2L * config.layers() * config.keyValueHeads() * config.headDimension() * number;
        long rows = (long) prompts * completions;
        long read = (long) prompts * promptTokens;
        long prompt = shards * read * cached;
        long own = shards * rows * newTokens * cached;
        long tables = shards * Math.max(read * ofOneLayer() * number, rows * config.vocabularySize() * DRAW_BYTES);
        return List.of(
                new MemoryPart("weights", config.parameters() * number),
                new MemoryPart("the same in sampling's layout", packed() * number),
                new MemoryPart("keys and values of the prompts", prompt),
                new MemoryPart("keys and values of the completions", own),
                new MemoryPart("one layer on all prompts, or the tables that tokens are drawn from", tables),
                // Caches that grew leave the smaller ones behind: as much again, as measured.
                new MemoryPart("freed memory that the allocator keeps", prompt + own + tables));
    }

    /// Queries and keys stand in it twice.
    private long packed() {
        long turned = (long) (config.heads() + config.keyValueHeads()) * config.headDimension();
        long head = config.tiedEmbeddings() ? 0 : (long) config.vocabularySize() * config.hiddenSize();
        return config.parameters() - head + config.layers() * turned * config.hiddenSize();
    }

    /// Numbers of a token that are there at a time while a prompt is read.
    private long ofOneLayer() {
        long queries = (long) config.heads() * config.headDimension();
        return 3L * config.hiddenSize() + Math.max(3L * config.intermediateSize(), 5 * queries);
    }
}
