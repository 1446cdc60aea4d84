package spice.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MicroBatchTest {
    /// A trajectory with only its last token trained, so that `length - 1` tokens are read.
    private static Trajectory ofLength(int length) {
        boolean[] trained = new boolean[length];
        trained[length - 1] = true;
        return new Trajectory(new int[length], trained, new float[length], 1, 1);
    }

    @Test
    void shortAndLongTrajectoriesArePaddedApart() {
        List<Trajectory> batch = List.of(ofLength(111), ofLength(36), ofLength(108), ofLength(34), ofLength(111));

        List<MicroBatch> cut = MicroBatch.cut(batch, List.of(0, 1, 2, 3, 4), 4096);

        assertThat(cut).containsExactly(new MicroBatch(List.of(3, 1), 35, 2), new MicroBatch(List.of(2, 0, 4), 110, 3));
    }

    @Test
    void theBudgetCountsPadding() {
        List<Trajectory> batch = List.of(ofLength(11), ofLength(11), ofLength(13), ofLength(11));

        List<MicroBatch> cut = MicroBatch.cut(batch, List.of(0, 1, 2, 3), 36);

        assertThat(cut).containsExactly(new MicroBatch(List.of(0, 1, 3), 10, 3), new MicroBatch(List.of(2), 12, 1));
    }

    @Test
    void aTrajectoryLongerThanTheBudgetGoesAlone() {
        List<Trajectory> batch = List.of(ofLength(11), ofLength(101));

        assertThat(MicroBatch.cut(batch, List.of(0, 1), 50))
                .extracting(MicroBatch::width)
                .containsExactly(10, 100);
    }

    @Test
    void microBatchesAreDealtToTheThreadWithLeastToDo() {
        MicroBatch small = new MicroBatch(List.of(0, 1), 10, 2);
        MicroBatch middle = new MicroBatch(List.of(2, 3), 20, 2);
        MicroBatch large = new MicroBatch(List.of(4, 5), 25, 2);

        assertThat(MicroBatch.deal(List.of(small, middle, large), 2))
                .containsExactly(List.of(large), List.of(middle, small));
    }

    @Test
    void everyThreadHasWorkAlsoWhereTheBudgetHoldsAll() {
        List<Trajectory> batch = List.of(ofLength(11), ofLength(11), ofLength(11), ofLength(11));

        assertThat(MicroBatch.shares(batch, List.of(0, 1, 2, 3), 4096, 2))
                .containsExactly(
                        List.of(new MicroBatch(List.of(2, 3), 10, 2)), List.of(new MicroBatch(List.of(0, 1), 10, 2)));
    }

    /// 60 tokens and a budget of 20 make two rounds of two threads with 15 tokens each. That holds one trajectory,
    /// so each thread has three micro-batches. With micro-batches of the full budget one thread would have four
    /// trajectories.
    @Test
    void roundsAreOfEqualMicroBatches() {
        List<Trajectory> batch =
                List.of(ofLength(11), ofLength(11), ofLength(11), ofLength(11), ofLength(11), ofLength(11));

        assertThat(MicroBatch.shares(batch, List.of(0, 1, 2, 3, 4, 5), 20, 2))
                .allSatisfy(share -> assertThat(share).hasSize(3));
    }

    @Test
    void nothingTrainedIsNothingComputed() {
        Trajectory prompt = new Trajectory(new int[3], new boolean[3], new float[3], 1, 1);

        assertThat(MicroBatch.cut(List.of(prompt), List.of(0), 50)).isEmpty();
    }

    @Test
    void targetsFollowTheRowsThatPredictThem() {
        Trajectory first =
                new Trajectory(new int[] {5, 6, 7, 8}, new boolean[] {false, true, false, true}, new float[4], 1, 1);
        Trajectory second =
                new Trajectory(new int[] {9, 10, 11}, new boolean[] {false, false, true}, new float[3], 1, 1);
        List<Trajectory> batch = List.of(first, second);

        MicroBatch part = MicroBatch.cut(batch, List.of(0, 1), 50).getFirst();
        List<String> visits = new ArrayList<>();
        part.forEachTarget(
                batch,
                (member, position, row, target) ->
                        visits.add("%d: token %d of %d, row %d".formatted(target, position, member, row)));

        assertThat(part.tokens(batch)).containsExactly(9, 10, 11, 5, 6, 7);
        assertThat(visits)
                .containsExactly("0: token 2 of 1, row 0", "1: token 1 of 0, row 1", "2: token 3 of 0, row 1");
    }
}
