package spice.activities;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.model.Completion;
import spice.model.LanguageModel;
import spice.model.Policy;
import spice.model.PromptGroup;
import spice.model.Pulse;
import spice.model.Sampling;
import spice.model.StopReason;
import spice.model.TextCodec;
import spice.model.TinyModel;

class WavesTest {
    private static final Sampling TEN_TOKENS = new Sampling(1, 10);

    @TempDir
    Path folder;

    private static PromptGroup group(int prompt, long... seeds) {
        return new PromptGroup(IntStream.range(1, 1 + prompt).toArray(), seeds);
    }

    /// Notes the seeds of each call, and answers a seed with it.
    private static final class Diary implements Policy {
        private final List<List<List<Long>>> calls = new ArrayList<>();

        @Override
        public List<List<Completion>> sample(List<PromptGroup> groups, Sampling sampling) {
            calls.add(groups.stream()
                    .map(group -> Arrays.stream(group.seeds()).boxed().toList())
                    .toList());
            return groups.stream()
                    .map(group -> Arrays.stream(group.seeds())
                            .mapToObj(seed ->
                                    new Completion(new int[] {(int) seed}, new float[] {-1}, StopReason.STOP_TOKEN))
                            .toList())
                    .toList();
        }

        @Override
        public TextCodec codec() {
            throw new IllegalStateException("no text is read here");
        }

        @Override
        public Policy watchedBy(Pulse pulse) {
            return this;
        }

        @Override
        public void close() {}
    }

    private static List<List<Integer>> firstTokens(List<List<Completion>> drawn) {
        return drawn.stream()
                .map(group ->
                        group.stream().map(completion -> completion.tokens()[0]).toList())
                .toList();
    }

    @Test
    void groupsShareAWaveAsLongAsTheyFit() {
        Diary diary = new Diary();
        // 5 + 2 * 10 = 25 tokens each: two fit into 60.
        List<PromptGroup> groups = List.of(group(5, 1, 2), group(5, 3, 4), group(5, 5, 6));

        List<List<Completion>> drawn = new Waves(diary, 60).sample(groups, TEN_TOKENS);

        assertThat(diary.calls).containsExactly(List.of(List.of(1L, 2L), List.of(3L, 4L)), List.of(List.of(5L, 6L)));
        assertThat(firstTokens(drawn)).containsExactly(List.of(1, 2), List.of(3, 4), List.of(5, 6));
    }

    @Test
    void aGroupThatIsTooLargeIsCutAndPutTogetherAgain() {
        Diary diary = new Diary();
        // 5 + 10 n up to 38: three completions at a time.
        List<PromptGroup> groups = List.of(group(5, 1, 2, 3, 4, 5, 6, 7), group(5, 8));

        List<List<Completion>> drawn = new Waves(diary, 38).sample(groups, TEN_TOKENS);

        assertThat(diary.calls)
                .containsExactly(
                        List.of(List.of(1L, 2L, 3L)), List.of(List.of(4L, 5L, 6L)), List.of(List.of(7L), List.of(8L)));
        assertThat(firstTokens(drawn)).containsExactly(List.of(1, 2, 3, 4, 5, 6, 7), List.of(8));
    }

    @Test
    void aCompletionThatIsLargerThanTheBoundIsSampledByItself() {
        Diary diary = new Diary();

        new Waves(diary, 3).sample(List.of(group(5, 1, 2)), TEN_TOKENS);

        assertThat(diary.calls).containsExactly(List.of(List.of(1L)), List.of(List.of(2L)));
    }

    @Test
    void aModelDrawsTheSameTokensInWaves() {
        try (LanguageModel model = LanguageModel.open(TinyModel.create(folder, TinyModel.config(), 1), 1)) {
            List<PromptGroup> groups = IntStream.range(1, 7)
                    .mapToObj(i ->
                            group(i, LongStream.range(10L * i, 10L * i + 5).toArray()))
                    .toList();
            List<int[]> whole = tokens(model.sample(groups, TEN_TOKENS));

            assertThat(tokens(Waves.of(model, 40).sample(groups, TEN_TOKENS)))
                    .usingRecursiveComparison()
                    .isEqualTo(whole);
        }
    }

    private static List<int[]> tokens(List<List<Completion>> drawn) {
        return drawn.stream()
                .flatMap(group -> group.stream().map(Completion::tokens))
                .toList();
    }

    @Test
    void withoutABoundAPolicyStaysItself() {
        Diary diary = new Diary();
        assertThat(Waves.of(diary, 0)).isSameAs(diary);
    }
}
