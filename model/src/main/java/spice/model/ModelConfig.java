package spice.model;

import static spice.model.Preconditions.require;

import java.util.List;

/// The shape of a decoder, as in a Hugging Face `config.json`.
///
/// @param family of decoders
/// @param vocabularySize V
/// @param hiddenSize E
/// @param intermediateSize width inside the feed-forward part
/// @param layers number of blocks
/// @param heads H, query heads
/// @param keyValueHeads J, heads of keys and values; divides H
/// @param headDimension D, even; not always E / H
/// @param maxPositions the longest sequence, prompt and completion together
/// @param rope the rotary positions
/// @param normEpsilon inside every RMSNorm
/// @param tiedEmbeddings whether the output head is the embedding table
/// @param biases which linear layers have one
/// @param stopTokens any of them ends a completion: `eos_token_id`, at least one
public record ModelConfig(
        Family family,
        int vocabularySize,
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int keyValueHeads,
        int headDimension,
        int maxPositions,
        Rope rope,
        double normEpsilon,
        boolean tiedEmbeddings,
        Biases biases,
        List<Integer> stopTokens) {
    /// Far above every published model, and low enough that nothing overflows or fills the memory before the
    /// weights are found not to fit.
    private static final int MOST_LAYERS = 1_000;

    private static final int WIDEST = 1 << 20;
    private static final int LARGEST_VOCABULARY = 1 << 24;
    private static final int MOST_STOP_TOKENS = 1_000;

    public ModelConfig {
        stopTokens = List.copyOf(stopTokens);
        requireBetween("vocab_size", 2, vocabularySize, LARGEST_VOCABULARY);
        requireBetween("hidden_size", 1, hiddenSize, WIDEST);
        requireBetween("intermediate_size", 1, intermediateSize, WIDEST);
        requireBetween("num_hidden_layers", 1, layers, MOST_LAYERS);
        requireBetween("num_attention_heads", 1, heads, WIDEST);
        require(
                keyValueHeads > 0 && heads % keyValueHeads == 0,
                "num_attention_heads (%d) must be a multiple of num_key_value_heads (%d)",
                heads,
                keyValueHeads);
        require(headDimension > 0 && headDimension % 2 == 0, "head_dim must be even, got %d", headDimension);
        require(
                (long) heads * headDimension <= WIDEST,
                "num_attention_heads times head_dim must be at most %d, got %d times %d",
                WIDEST,
                heads,
                headDimension);
        require(maxPositions > 1, "max_position_embeddings must be at least 2, got %d", maxPositions);
        require(normEpsilon > 0 && normEpsilon < 1, "rms_norm_eps must lie between 0 and 1, got %s", normEpsilon);
        require(
                !stopTokens.isEmpty() && stopTokens.size() <= MOST_STOP_TOKENS,
                "eos_token_id must name 1 to %d tokens, got %d",
                MOST_STOP_TOKENS,
                stopTokens.size());
        for (int stopToken : stopTokens) {
            require(
                    stopToken >= 0 && stopToken < vocabularySize,
                    "eos_token_id must lie in the vocabulary of %d, got %d",
                    vocabularySize,
                    stopToken);
        }
    }

    private static void requireBetween(String name, int least, int value, int most) {
        require(value >= least && value <= most, "%s must be %d to %d, got %d", name, least, most, value);
    }

    /// A Qwen3 decoder with one stop token and without biases and rotary scaling.
    public ModelConfig(
            int vocabularySize,
            int hiddenSize,
            int intermediateSize,
            int layers,
            int heads,
            int keyValueHeads,
            int headDimension,
            int maxPositions,
            double ropeTheta,
            double normEpsilon,
            boolean tiedEmbeddings,
            int stopToken) {
        this(
                Family.QWEN3,
                vocabularySize,
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                keyValueHeads,
                headDimension,
                maxPositions,
                Rope.of(ropeTheta),
                normEpsilon,
                tiedEmbeddings,
                Biases.NONE,
                List.of(stopToken));
    }

    /// How many numbers the weights have together.
    public long parameters() {
        return WeightTable.numbers(WeightTable.of(this));
    }

    /// Checks that a prompt and its new tokens fit into the model's positions.
    ///
    /// @throws ModelException if they do not
    public void checkRoom(int[] prompt, int newTokens) {
        if (prompt.length + newTokens > maxPositions) {
            throw new ModelException(
                    "a prompt of %d tokens and up to %d new ones do not fit into the model's %d positions. Shorten the prompt or lower maxNewTokens"
                            .formatted(prompt.length, newTokens, maxPositions));
        }
    }

    /// Checks that all tokens lie in the vocabulary.
    ///
    /// @throws ModelException if one does not
    void checkTokens(int[] tokens) {
        for (int token : tokens) {
            if (token < 0 || token >= vocabularySize) {
                throw new ModelException(
                        "token %d is outside the vocabulary of %d. Take config.json and tokenizer.json from the same model"
                                .formatted(token, vocabularySize));
            }
        }
    }
}
