package spice.model;

import java.util.List;

/// A language model that samples: prompts in, completions out.
public interface Policy extends AutoCloseable {
    /// The codec of this policy's prompts and completions.
    TextCodec codec();

    /// Draws one completion for every seed of every group. The outer list follows the groups, the inner one the
    /// seeds.
    ///
    /// One call samples one whole shard. The same groups in the same order give the same tokens and
    /// log-probabilities bit for bit, and a completion depends on nothing outside the call. Other groups in the
    /// call may change the rounding. Safe for several threads at once.
    ///
    /// @throws ModelException if a prompt and its completion do not fit the model
    List<List<Completion>> sample(List<PromptGroup> groups, Sampling sampling);

    /// This policy with a pulse, which beats before every decode step; what it throws ends the call. Both policies
    /// share the model: close exactly one of them.
    Policy watchedBy(Pulse pulse);

    @Override
    void close();
}
