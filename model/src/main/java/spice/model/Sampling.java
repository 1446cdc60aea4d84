package spice.model;

import static spice.model.Check.require;

import java.util.List;

/// How completions are drawn.
///
/// @param temperature divides the logits; 0 takes the most likely token each time, whatever the next three say
/// @param maxNewTokens a completion without stop token ends here
/// @param topK only so many of the most likely tokens are drawn; 0: all
/// @param topP only the most likely tokens that together have this probability are drawn; 1: all
/// @param minP only tokens at least this likely, relative to the most likely one, are drawn; 0: all
/// @param stopStrings a completion also ends with the token that completes one of these in its text
/// @param mostTokens of prompts and completions whose keys and values are held at a time, each completion counted
///     as long as it may be; the others wait until some have ended. 0: all. A single completion is always held
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

    /// The same, where these strings end a completion.
    public Sampling endedBy(List<String> strings) {
        return new Sampling(temperature, maxNewTokens, topK, topP, minP, strings, mostTokens);
    }

    /// The same, so many tokens held at a time.
    public Sampling holding(int tokens) {
        return new Sampling(temperature, maxNewTokens, topK, topP, minP, stopStrings, tokens);
    }
}
