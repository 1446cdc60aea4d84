package spice.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A policy that recites replies from a script. The seeds of a group take the prompt's replies in turn, starting
/// over when there are more seeds than replies. Its tokens are characters. A prompt that is not in the script is
/// an error, so that a test notices a prompt that it did not expect.
public final class ScriptedPolicy implements Policy {
    /// The log-probability of every recited token.
    public static final float LOG_PROB = -0.5f;

    private final Map<String, List<String>> script;
    private final List<String> prompts = new ArrayList<>();
    private final CharacterCodec codec = new CharacterCodec();
    private final Pulse pulse;

    public ScriptedPolicy(Map<String, List<String>> script) {
        this(new HashMap<>(script), Pulse.NONE);
    }

    private ScriptedPolicy(Map<String, List<String>> script, Pulse pulse) {
        this.script = script;
        this.pulse = pulse;
    }

    /// A policy with the same script and a pulse, which beats before every group; it has its own list of prompts.
    @Override
    public ScriptedPolicy watchedBy(Pulse watcher) {
        return new ScriptedPolicy(script, watcher);
    }

    @Override
    public TextCodec codec() {
        return codec;
    }

    /// The prompts so far, one entry per group, in the order of the calls.
    public synchronized List<String> prompts() {
        return List.copyOf(prompts);
    }

    @Override
    public synchronized List<List<Completion>> sample(List<PromptGroup> groups, Sampling sampling) {
        return groups.stream().map(group -> recite(group, sampling)).toList();
    }

    private List<Completion> recite(PromptGroup group, Sampling sampling) {
        pulse.beat();
        String prompt = codec.decode(group.prompt());
        prompts.add(prompt);
        List<String> replies = script.get(prompt);
        if (replies == null) {
            throw new IllegalArgumentException("the script has no reply to the prompt \"" + prompt + "\"");
        }
        List<Completion> completions = new ArrayList<>();
        for (int i = 0; i < group.seeds().length; i++) {
            completions.add(completion(replies.get(i % replies.size()), sampling));
        }
        return completions;
    }

    private Completion completion(String reply, Sampling sampling) {
        int[] text = codec.encode(reply);
        int[] tokens = Arrays.copyOf(text, text.length + 1);
        tokens[text.length] = CharacterCodec.STOP;
        StopReason reason = StopReason.STOP_TOKEN;
        if (tokens.length > sampling.maxNewTokens()) {
            tokens = Arrays.copyOf(tokens, sampling.maxNewTokens());
            reason = StopReason.LENGTH;
        }
        float[] logProbs = new float[tokens.length];
        Arrays.fill(logProbs, LOG_PROB);
        return new Completion(tokens, logProbs, reason);
    }

    @Override
    public void close() {}

    /// One token per UTF-16 unit; token 0 stops.
    private static final class CharacterCodec implements TextCodec {
        private static final int STOP = 0;

        @Override
        public int[] encode(String text) {
            return text.chars().toArray();
        }

        @Override
        public String decode(int[] tokens) {
            StringBuilder text = new StringBuilder();
            for (int token : tokens) {
                if (token != STOP) {
                    text.append((char) token);
                }
            }
            return text.toString();
        }

        @Override
        public List<Integer> stopTokens() {
            return List.of(STOP);
        }
    }
}
