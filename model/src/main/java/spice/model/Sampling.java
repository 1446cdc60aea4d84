package spice.model;

import static spice.model.Preconditions.require;

import java.util.List;

/// How completions are drawn.
///
/// @param temperature divides the logits; 0 always takes the most likely token and ignores topK, topP and minP
/// @param maxNewTokens the most tokens of a completion
/// @param topK draws only from this many most likely tokens; 0: from all
/// @param topP draws only from the most likely tokens that together reach this probability; 1: from all
/// @param minP draws only from tokens at least this likely, relative to the most likely one; 0: from all
/// @param stopStrings a completion also ends with the token that completes one of these in its text
/// @param mostTokens the most tokens of prompts and completions whose keys and values are held at a time, with
///     each completion counted at its greatest length; other completions wait. 0: no bound. A single completion
///     is always held
public record Sampling(
        double temperature,
        int maxNewTokens,
        int topK,
        double topP,
        double minP,
        List<String> stopStrings,
        int mostTokens) {
    public Sampling {
        require(temperature >= 0 && Double.isFinite(temperature), "temperature must be 0 or more, got %s", temperature);
        require(maxNewTokens > 0, "maxNewTokens must be positive, got %d", maxNewTokens);
        require(topK >= 0, "topK must be 0 or more, got %d", topK);
        require(topP > 0 && topP <= 1, "topP must lie in (0, 1], got %s", topP);
        require(minP >= 0 && minP <= 1, "minP must lie in [0, 1], got %s", minP);
        require(stopStrings.stream().noneMatch(String::isEmpty), "a stop string has at least one character");
        require(mostTokens >= 0, "mostTokens must be 0 or more, got %d", mostTokens);
        stopStrings = List.copyOf(stopStrings);
    }

    /// Draws from all tokens, all completions at once.
    public Sampling(double temperature, int maxNewTokens) {
        this(temperature, maxNewTokens, 0, 1, 0, List.of(), 0);
    }

    /// This sampling with other stop strings.
    public Sampling endedBy(List<String> strings) {
        return new Sampling(temperature, maxNewTokens, topK, topP, minP, strings, mostTokens);
    }

    /// This sampling with another bound of tokens held at a time.
    public Sampling holding(int tokens) {
        return new Sampling(temperature, maxNewTokens, topK, topP, minP, stopStrings, tokens);
    }
}
