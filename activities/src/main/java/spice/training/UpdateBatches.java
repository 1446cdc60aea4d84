package spice.training;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import spice.domain.Seed;
import spice.judging.Episode;
import spice.judging.Role;
import spice.model.Trajectory;
import spice.roles.Span;

/// Cuts one pass over both roles' episodes into gradient updates of a fixed number of trajectories (SPICE App. B:
/// 128).
public final class UpdateBatches {
    private UpdateBatches() {}

    /// The loss of an update is the mean over its Challenger sequences plus the mean over its Reasoner sequences
    /// (Eq 2); a sequence's weight is its share of its role's mean. Sequences without an advantage count in the
    /// mean, but are left out of the list, since they move nothing.
    public static List<List<Trajectory>> of(List<Episode> episodes, int updateBatch, Seed seed) {
        List<Episode> shuffled = new ArrayList<>(episodes);
        Collections.shuffle(shuffled, seed.random());
        return IntStream.iterate(0, from -> from < shuffled.size(), from -> from + updateBatch)
                .mapToObj(from -> batch(shuffled.subList(from, Math.min(from + updateBatch, shuffled.size()))))
                .filter(batch -> !batch.isEmpty())
                .toList();
    }

    private static List<Trajectory> batch(List<Episode> episodes) {
        Map<Role, Long> ofRole = episodes.stream().collect(Collectors.groupingBy(Episode::role, Collectors.counting()));
        return episodes.stream()
                .filter(episode -> episode.advantage() != 0)
                .map(episode -> trajectory(episode, 1.0 / requireNonNull(ofRole.get(episode.role()))))
                .toList();
    }

    private static Trajectory trajectory(Episode episode, double weight) {
        int length = episode.dialogue().stream()
                .mapToInt(span -> span.tokens().length)
                .sum();
        int[] tokens = new int[length];
        boolean[] trained = new boolean[length];
        float[] logProbs = new float[length];
        int at = 0;
        for (Span span : episode.dialogue()) {
            System.arraycopy(span.tokens(), 0, tokens, at, span.tokens().length);
            if (span.sampled()) {
                Arrays.fill(trained, at, at + span.tokens().length, true);
                System.arraycopy(span.logProbs(), 0, logProbs, at, span.logProbs().length);
            }
            at += span.tokens().length;
        }
        return new Trajectory(tokens, trained, logProbs, episode.advantage(), weight);
    }
}
