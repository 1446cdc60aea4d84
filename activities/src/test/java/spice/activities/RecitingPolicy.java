package spice.activities;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import spice.model.Completion;
import spice.model.Policy;
import spice.model.PromptGroup;
import spice.model.Pulse;
import spice.model.Sampling;
import spice.model.StopReason;
import spice.model.TextCodec;

/// A policy that recites a script in the tokens of a real model.
///
/// @param script the reply to a prompt and the number of the attempt in its group
record RecitingPolicy(TextCodec codec, BiFunction<String, Integer, String> script) implements Policy {
    @Override
    public List<List<Completion>> sample(List<PromptGroup> groups, Sampling sampling) {
        return groups.stream()
                .map(group -> IntStream.range(0, group.seeds().length)
                        .mapToObj(i -> completion(script.apply(codec.decode(group.prompt()), i)))
                        .toList())
                .toList();
    }

    private Completion completion(String reply) {
        int[] text = codec.encode(reply);
        int[] tokens = Arrays.copyOf(text, text.length + 1);
        tokens[text.length] = codec.stopTokens().getFirst();
        float[] logProbs = new float[tokens.length];
        Arrays.fill(logProbs, -7);
        return new Completion(tokens, logProbs, StopReason.STOP_TOKEN);
    }

    @Override
    public Policy watchedBy(Pulse pulse) {
        return this;
    }

    @Override
    public void close() {}
}
