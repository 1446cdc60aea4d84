package spice.model;

import java.util.List;

/// A language model as the activities see it: prompts in, completions out.
public interface Policy extends AutoCloseable {
    /// The codec of this policy's prompts and completions.
    TextCodec codec();

    /// Draws one completion for every seed of every group. The outer list follows the groups, the inner one the
    /// seeds.
    ///
    /// One call is one shard, sampled whole: the same groups in the same order give the same tokens and
    /// log-probabilities bit for bit, and a completion depends on nothing outside the call. Another composition
    /// may round differently. Safe for several threads at once.
    ///
    /// @throws ModelException if a prompt and its completion do not fit the model
    List<List<Completion>> sample(List<PromptGroup> groups, Sampling sampling);

    /// The same policy, which beats before every decode step and ends a call with what the beat throws. The two
    /// share the model: one of them is to be closed.
    Policy watchedBy(Pulse pulse);

    @Override
    void close();
}
