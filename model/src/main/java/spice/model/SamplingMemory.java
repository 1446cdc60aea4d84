package spice.model;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import spice.model.Layout.Lane;

/// The peak memory of a [LanguageModel] that samples shards in parallel, part by part, computed without opening
/// it. It assumes that every completion reaches the greatest length.
///
/// @param shards sampled in parallel
/// @param prompts of a shard (G)
/// @param promptTokens of each (P)
/// @param lora adapters of the model
/// @param completions of each prompt
/// @param sampling with the greatest length of a completion (N) and the bound of tokens held at a time
public record SamplingMemory(
        ModelConfig config,
        Dtype dtype,
        Optional<Lora> lora,
        int shards,
        int prompts,
        int promptTokens,
        int completions,
        Sampling sampling) {
    /// Bytes per vocabulary entry while a token is drawn: logits, and five tables in float64 that `draw` makes of
    /// them.
    private static final int DRAW_BYTES = Float.BYTES + 5 * Double.BYTES;

    /// The parts; their sum is the model's peak.
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
        // Later layouts may use more of the bound.
        long most = waits ? Math.max(held, sampling.mostTokens()) : held;
        long prompt = shards * lanes * promptTokens * cached;
        long own = shards * most * cached - prompt;
        long tables = shards * Math.max(read * ofOneLayer() * number, rows * config.vocabularySize() * DRAW_BYTES);
        return List.of(
                new MemoryPart("weights", config.parameters() * number),
                new MemoryPart("the same in sampling's layout", packed() * number),
                new MemoryPart("adapters, in both layouts", adapters()),
                new MemoryPart("keys and values of the prompts", prompt),
                new MemoryPart("keys and values of the completions", own),
                new MemoryPart("one layer on all prompts, or the tables that tokens are drawn from", tables),
                // Caches that grow leave their smaller predecessors behind: as much again, by measurement.
                new MemoryPart("freed memory that the allocator keeps", prompt + own + tables));
    }

    /// How many numbers the weights have in sampling's layout, which holds queries and keys twice.
    private long packed() {
        long turned = (long) (config.heads() + config.keyValueHeads()) * config.headDimension();
        long head = config.tiedEmbeddings() ? 0 : (long) config.vocabularySize() * config.hiddenSize();
        return config.parameters() - head + config.layers() * turned * config.hiddenSize();
    }

    /// Bytes of adapters beside bfloat16 weights; they are merged into float32 ones. Those of one matrix of
    /// sampling's layout share one B, which has zeros where a part's adapter does not reach.
    private long adapters() {
        return switch (dtype) {
            case FLOAT32 -> 0;
            case BFLOAT16 ->
                lora.map(all -> {
                            long asLearned = WeightTable.numbers(Adapters.table(config, all));
                            long width = config.headDimension();
                            long projected = width * (2L * config.heads() + 3L * config.keyValueHeads());
                            long inside = 2L * config.intermediateSize();
                            long parts = all.targets().stream()
                                    .mapToLong(matrix -> switch (matrix) {
                                        case Q_PROJ, K_PROJ, V_PROJ -> projected + config.hiddenSize();
                                        case O_PROJ -> config.hiddenSize() + width * config.heads();
                                        case GATE_PROJ, UP_PROJ -> inside + config.hiddenSize();
                                        case DOWN_PROJ -> config.hiddenSize() + inside / 2;
                                    })
                                    .sum();
                            return asLearned * Float.BYTES
                                    + (long) config.layers() * all.rank() * parts * dtype.bytes();
                        })
                        .orElse(0L);
        };
    }

    /// Numbers held for each token while one layer reads a prompt.
    private long ofOneLayer() {
        long queries = (long) config.heads() * config.headDimension();
        return 3L * config.hiddenSize() + Math.max(3L * config.intermediateSize(), 5 * queries);
    }
}
