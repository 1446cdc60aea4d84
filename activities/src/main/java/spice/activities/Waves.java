package spice.activities;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import spice.model.Completion;
import spice.model.Policy;
import spice.model.PromptGroup;
import spice.model.Pulse;
import spice.model.Sampling;
import spice.model.TextCodec;

/// A policy that samples a shard in waves, one after the other, so that the keys and values of its prompts and
/// completions are never more than so many tokens at a time. The waves follow from the shard and the bound alone: the
/// same shard is drawn bit for bit on any machine.
///
/// @param tokens of a wave, if every completion is as long as it may be; a single completion is never cut
record Waves(Policy policy, int tokens) implements Policy {
    /// The policy itself, where nothing is bounded.
    static Policy of(Policy policy, int tokens) {
        return tokens == 0 ? policy : new Waves(policy, tokens);
    }

    /// Some completions of a group.
    ///
    /// @param group its place in the shard
    private record Piece(int group, PromptGroup part) {}

    @Override
    public List<List<Completion>> sample(List<PromptGroup> groups, Sampling sampling) {
        List<List<Completion>> all = Stream.<List<Completion>>generate(ArrayList::new)
                .limit(groups.size())
                .toList();
        for (List<Piece> wave : waves(groups, sampling.maxNewTokens())) {
            List<List<Completion>> drawn =
                    policy.sample(wave.stream().map(Piece::part).toList(), sampling);
            for (int i = 0; i < wave.size(); i++) {
                all.get(wave.get(i).group()).addAll(drawn.get(i));
            }
        }
        return all;
    }

    private List<List<Piece>> waves(List<PromptGroup> groups, int newTokens) {
        List<List<Piece>> waves = new ArrayList<>();
        List<Piece> wave = new ArrayList<>();
        long used = 0;
        for (Piece piece : pieces(groups, newTokens)) {
            long cost = cost(piece.part(), newTokens);
            if (!wave.isEmpty() && used + cost > tokens) {
                waves.add(List.copyOf(wave));
                wave.clear();
                used = 0;
            }
            wave.add(piece);
            used += cost;
        }
        if (!wave.isEmpty()) {
            waves.add(List.copyOf(wave));
        }
        return waves;
    }

    /// The groups, those that are more than a wave in parts of equal size, the last one smaller.
    private List<Piece> pieces(List<PromptGroup> groups, int newTokens) {
        return IntStream.range(0, groups.size())
                .boxed()
                .flatMap(group -> parts(groups.get(group), newTokens).map(part -> new Piece(group, part)))
                .collect(Collectors.toList());
    }

    private Stream<PromptGroup> parts(PromptGroup group, int newTokens) {
        int seeds = group.seeds().length;
        int atOnce = Math.clamp((tokens - group.prompt().length) / newTokens, 1, seeds);
        return IntStream.range(0, Math.ceilDiv(seeds, atOnce))
                .map(part -> part * atOnce)
                .mapToObj(from -> new PromptGroup(
                        group.prompt(), Arrays.copyOfRange(group.seeds(), from, Math.min(seeds, from + atOnce))));
    }

    private static long cost(PromptGroup group, int newTokens) {
        return group.prompt().length + (long) group.seeds().length * newTokens;
    }

    @Override
    public TextCodec codec() {
        return policy.codec();
    }

    @Override
    public Policy watchedBy(Pulse pulse) {
        return new Waves(policy.watchedBy(pulse), tokens);
    }

    @Override
    public void close() {
        policy.close();
    }
}
