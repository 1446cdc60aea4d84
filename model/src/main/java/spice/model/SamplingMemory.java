package spice.model;

import java.util.Collections;
import java.util.List;
import spice.model.Layout.Lane;

/// The memory of a [LanguageModel] while shards are sampled side by side, part by part, without opening it: if every
/// completion goes on to its last token.
///
/// @param shards side by side
/// @param prompts of a shard (G)
/// @param promptTokens of each (P)
/// @param completions of each prompt
/// @param sampling how long a completion is at most (N), and how many tokens are held at a time
public record SamplingMemory(
        ModelConfig config,
        Dtype dtype,
        int shards,
        int prompts,
        int promptTokens,
        int completions,
        Sampling sampling) {
    /// Of a token drawn: logits, and in float64 five tables that `draw` makes of them.
    private static final int DRAW_BYTES = Float.BYTES + 5 * Double.BYTES;

    /// The parts; their sum is the model's.
    public List<MemoryPart> parts() {
        long number = dtype.bytes();
        long cached = 2L * config.layers() * config.keyValueHeads() * config.headDimension() * number;
        PromptGroup group = new PromptGroup(new int[promptTokens], new long[completions]);
        Flight.Change first = new Flight(Collections.nCopies(prompts, group), sampling).first();
        long lanes = first.fresh().size();
        long rows = lanes * first.kept().slots();
        long read = first.fresh().stream().map(Lane::group).distinct().count() * promptTokens;
        long held = lanes * promptTokens + rows * sampling.maxNewTokens();
        boolean waits =
                first.fresh().stream().mapToInt(lane -> lane.rows().length).sum() < prompts * completions;
        // What comes after may fill the bound better.
        long most = waits ? Math.max(held, sampling.mostTokens()) : held;
        long prompt = shards * lanes * promptTokens * cached;
        long own = shards * most * cached - prompt;
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
