package spice.model;

import static spice.model.Preconditions.require;

/// One prompt and a seed for each of its completions. The prompt is computed once for all of them.
///
/// @param prompt tokens, at least one
/// @param seeds one per completion, at least one; equal seeds give equal completions
@SuppressWarnings("ArrayRecordComponent") // tokens are arrays throughout; never compared
public record PromptGroup(int[] prompt, long[] seeds) {
    public PromptGroup {
        require(prompt.length > 0, "a prompt has at least one token");
        require(seeds.length > 0, "a group has at least one seed");
        prompt = prompt.clone();
        seeds = seeds.clone();
    }
}
