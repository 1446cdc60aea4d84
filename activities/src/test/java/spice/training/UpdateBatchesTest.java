package spice.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import spice.domain.Seed;
import spice.judging.Episode;
import spice.judging.Role;
import spice.model.Trajectory;
import spice.roles.Span;

class UpdateBatchesTest {
    private static final List<Span> DIALOGUE = List.of(
            new Span(new int[] {1, 2, 3}, new float[0]), new Span(new int[] {4, 5}, new float[] {-0.5f, -0.25f}));

    private static Episode episode(Role role, double advantage) {
        return new Episode(role, DIALOGUE, advantage);
    }

    @Test
    void eachRoleWeighsByItsOwnCountAndSilentSequencesCount() {
        List<Episode> episodes = List.of(
                episode(Role.CHALLENGER, 0.5),
                episode(Role.CHALLENGER, 0),
                episode(Role.CHALLENGER, -0.5),
                episode(Role.CHALLENGER, 0),
                episode(Role.REASONER, 0.75),
                episode(Role.REASONER, 0));
        List<Trajectory> batch = UpdateBatches.of(episodes, 6, new Seed(1)).getFirst();
        assertThat(batch).hasSize(3);
        assertThat(batch)
                .filteredOn(sequence -> sequence.advantage() == 0.75)
                .singleElement()
                .satisfies(sequence -> assertThat(sequence.weight()).isEqualTo(1.0 / 2));
        assertThat(batch)
                .filteredOn(sequence -> Math.abs(sequence.advantage()) == 0.5)
                .hasSize(2)
                .allSatisfy(sequence -> assertThat(sequence.weight()).isEqualTo(1.0 / 4));
    }

    @Test
    void onlySampledTokensAreTrained() {
        Trajectory sequence = UpdateBatches.of(List.of(episode(Role.REASONER, 1)), 1, new Seed(1))
                .getFirst()
                .getFirst();
        assertThat(sequence.tokens()).containsExactly(1, 2, 3, 4, 5);
        assertThat(sequence.trained()).containsExactly(false, false, false, true, true);
        assertThat(sequence.samplerLogProbs()).containsExactly(0, 0, 0, -0.5f, -0.25f);
    }

    @Test
    void everyEpisodeIsInOneUpdateOfThePass() {
        List<Episode> episodes = new ArrayList<>();
        for (int i = 1; i <= 10; i++) {
            episodes.add(episode(i % 2 == 0 ? Role.CHALLENGER : Role.REASONER, i));
        }
        List<List<Trajectory>> batches = UpdateBatches.of(episodes, 4, new Seed(3));
        assertThat(batches).extracting(List::size).containsExactly(4, 4, 2);
        assertThat(batches.stream().flatMap(List::stream).map(Trajectory::advantage))
                .containsExactlyInAnyOrder(1., 2., 3., 4., 5., 6., 7., 8., 9., 10.)
                .doesNotContainSequence(1., 2., 3., 4., 5.);
        assertThat(batches)
                .allSatisfy(batch -> assertThat(
                                batch.stream().mapToDouble(Trajectory::weight).sum())
                        .isBetween(1 - 1e-9, 2 + 1e-9));
    }

    @Test
    void aBatchWithoutAnySignalIsNoUpdate() {
        assertThat(UpdateBatches.of(List.of(episode(Role.REASONER, 0), episode(Role.CHALLENGER, 0)), 2, new Seed(1)))
                .isEmpty();
    }
}
