package spice.roles;

import java.util.List;
import spice.chat.ChatTemplate;
import spice.model.Completion;
import spice.model.Policy;
import spice.model.PromptGroup;
import spice.model.Pulse;
import spice.model.Sampling;
import spice.model.TextCodec;

/// A policy whose replies end with the token that completes the chat's stop text. What the model would write after
/// it, in the user's name, is neither read nor trained.
///
/// @param stop text that ends a reply, and is part of it
record EndedReplies(Policy policy, String stop) implements Policy {
    /// Wraps the policy if the chat has a stop text; otherwise its stop tokens alone end its replies.
    static Policy by(ChatTemplate chat, Policy policy) {
        return chat.stop().<Policy>map(stop -> new EndedReplies(policy, stop)).orElse(policy);
    }

    @Override
    public TextCodec codec() {
        return policy.codec();
    }

    @Override
    public List<List<Completion>> sample(List<PromptGroup> groups, Sampling sampling) {
        return policy.sample(groups, sampling.endedBy(List.of(stop)));
    }

    @Override
    public Policy watchedBy(Pulse pulse) {
        return new EndedReplies(policy.watchedBy(pulse), stop);
    }

    @Override
    public void close() {
        policy.close();
    }
}
