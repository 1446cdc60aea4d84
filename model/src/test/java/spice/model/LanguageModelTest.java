package spice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withPrecision;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LanguageModelTest {
    private static final int MAX_NEW_TOKENS = 20;

    @TempDir
    Path folder;

    static Stream<ModelConfig> configs() {
        return Stream.of(
                TinyModel.config(), TinyModel.untied(), TinyModel.qwen2(), TinyModel.llama(), TinyModel.yarn());
    }

    /// Prompts of many lengths and groups of many sizes, so that lanes and empty slots occur. The stop token is
    /// likely enough for slots to end one by one.
    private static List<PromptGroup> groups(ModelConfig config) {
        List<PromptGroup> groups = new ArrayList<>();
        for (int g = 0; g < 10; g++) {
            int[] prompt = IntStream.range(0, 1 + 3 * g)
                    .map(i -> 1 + i * i % (config.vocabularySize() - 1))
                    .toArray();
            long first = 1000L * g;
            groups.add(new PromptGroup(
                    prompt, LongStream.range(first, first + 1 + g % 5).toArray()));
        }
        return groups;
    }

    /// Each config without a bound, and some with bounds, the smallest of which holds one completion at a time.
    static Stream<Arguments> configsAndBounds() {
        return Stream.concat(
                configs().map(config -> Arguments.of(config, 0)),
                Stream.of(
                        Arguments.of(TinyModel.config(), 1),
                        Arguments.of(TinyModel.config(), 70),
                        Arguments.of(TinyModel.config(), 200),
                        Arguments.of(TinyModel.config(), 400),
                        Arguments.of(TinyModel.qwen2(), 200)));
    }

    /// Draws the model's tokens again from the reference decoder's logits. This covers the cache, prompts of
    /// different lengths, lanes, ended slots, completions that take the place of others, the stop token, each
    /// completion's own random numbers and the inverse CDF.
    @ParameterizedTest
    @MethodSource("configsAndBounds")
    void drawsWhatTheReferenceDraws(ModelConfig config, int mostTokens) {
        TinyModel.create(folder, config, 5);
        ReferenceDecoder reference = new ReferenceDecoder(config, TinyModel.weights(config, 5));
        List<PromptGroup> groups = groups(config);
        Sampling sampling = new Sampling(0.8, MAX_NEW_TOKENS).holding(mostTokens);
        try (LanguageModel model = TinyModel.open(folder)) {
            List<List<Completion>> drawn = model.sample(groups, sampling);

            assertThat(drawn.stream().flatMap(List::stream).map(completion -> completion.tokens().length))
                    .as("lengths, which must differ for slots to retire")
                    .hasSizeGreaterThan(20)
                    .contains(MAX_NEW_TOKENS)
                    .anyMatch(length -> length < 5);
            for (int g = 0; g < groups.size(); g++) {
                for (int i = 0; i < groups.get(g).seeds().length; i++) {
                    assertDrawn(
                            config.stopTokens(),
                            reference,
                            groups.get(g),
                            groups.get(g).seeds()[i],
                            drawn.get(g).get(i),
                            sampling);
                }
            }
        }
    }

    private static void assertDrawn(
            List<Integer> stopTokens,
            ReferenceDecoder reference,
            PromptGroup group,
            long seed,
            Completion completion,
            Sampling sampling) {
        int[] sequence = joined(group.prompt(), completion.tokens());
        double[][] logits = reference.logits(sequence);
        for (int i = 0; i < completion.tokens().length; i++) {
            double[] logProbs =
                    ReferenceDecoder.logProbs(logits[group.prompt().length + i - 1], sampling.temperature());
            int token = completion.tokens()[i];
            assertThat(token).isEqualTo(inverse(logProbs, Uniforms.uniform(seed, i)));
            assertThat((double) completion.logProbs()[i]).isCloseTo(logProbs[token], within(1e-4));
        }
        boolean stopped = stopTokens.contains(sequence[sequence.length - 1]);
        assertThat(completion.stopReason()).isEqualTo(stopped ? StopReason.STOP_TOKEN : StopReason.LENGTH);
        assertThat(completion.tokens().length == sampling.maxNewTokens() || stopped)
                .isTrue();
        assertThat(IntStream.of(completion.tokens()).limit(completion.tokens().length - 1L))
                .doesNotContainAnyElementsOf(stopTokens);
    }

    private static int[] joined(int[] prompt, int[] tokens) {
        int[] joined = Arrays.copyOf(prompt, prompt.length + tokens.length);
        System.arraycopy(tokens, 0, joined, prompt.length, tokens.length);
        return joined;
    }

    private static int inverse(double[] logProbs, double uniform) {
        double cumulative = 0;
        for (int token = 0; token < logProbs.length; token++) {
            cumulative += Math.exp(logProbs[token]);
            if (uniform < cumulative) {
                return token;
            }
        }
        throw new AssertionError("probabilities add up to " + cumulative);
    }

    @Test
    void beatsBeforeEveryStepAndEndsWithWhatTheBeatThrows() {
        TinyModel.create(folder, TinyModel.config(), 5);
        List<PromptGroup> groups = List.of(new PromptGroup(new int[] {1, 2}, new long[] {1, 2}));
        Sampling sampling = new Sampling(1, 8);
        AtomicInteger beats = new AtomicInteger();
        try (LanguageModel model = TinyModel.open(folder)) {
            List<List<Completion>> unwatched = model.sample(groups, sampling);
            List<List<Completion>> watched =
                    model.watchedBy(beats::incrementAndGet).sample(groups, sampling);
            int longest = unwatched.getFirst().stream()
                    .mapToInt(completion -> completion.tokens().length)
                    .max()
                    .orElseThrow();
            assertThat(beats).as("one for the prompts, one for each token").hasValue(1 + longest);
            assertThat(watched).usingRecursiveComparison().isEqualTo(unwatched);

            beats.set(0);
            assertThatThrownBy(() -> model.watchedBy(() -> {
                                if (beats.incrementAndGet() == 3) {
                                    throw new IllegalStateException("enough");
                                }
                            })
                            .sample(groups, sampling))
                    .hasMessage("enough");
            assertThat(beats).hasValue(3);
        }
    }

    /// A tensor that DJL makes from a Java array is a view into a buffer, which is freed with its Java object.
    /// Whatever the program keeps between calls must be a copy.
    @Test
    void whatIsInFlightOutlivesJavasBuffers() {
        TinyModel.create(folder, TinyModel.config(), 5);
        List<PromptGroup> groups = groups(TinyModel.config());
        Sampling sampling = new Sampling(0.8, MAX_NEW_TOKENS).holding(200);
        AtomicInteger beats = new AtomicInteger();
        Pulse collecting = () -> {
            if (beats.incrementAndGet() % 3 != 0) {
                return;
            }
            System.gc();
            for (int i = 0; i < 500; i++) {
                ByteBuffer.allocateDirect(8 + 8 * i).putLong(0, -1);
            }
        };
        try (LanguageModel model = TinyModel.open(folder)) {
            assertThat(model.watchedBy(collecting).sample(groups, sampling))
                    .usingRecursiveComparison()
                    .isEqualTo(model.sample(groups, sampling));
        }
    }

    /// The completion outgrows the 64 columns that the caches begin with.
    @Test
    void aLongCompletionIsWhatTheReferenceDraws() {
        TinyModel.createTireless(folder, 256);
        ModelConfig config = ModelFolder.config(folder);
        ReferenceDecoder reference =
                new ReferenceDecoder(config, SafeTensors.read(folder.resolve(ModelFolder.WEIGHTS)));
        PromptGroup group = new PromptGroup(new int[] {1, 2, 3}, new long[] {7, 8});
        Sampling sampling = new Sampling(0.2, 150);
        try (LanguageModel model = TinyModel.open(folder)) {
            List<Completion> drawn = model.sample(List.of(group), sampling).getFirst();
            for (int i = 0; i < 2; i++) {
                assertThat(drawn.get(i).tokens()).hasSizeGreaterThan(100);
                assertDrawn(config.stopTokens(), reference, group, group.seeds()[i], drawn.get(i), sampling);
            }
        }
    }

    /// Completions that begin at different times and outgrow the 64 columns that the caches begin with.
    @Test
    void longCompletionsThatTakeTheirTurnAreTheSameTokens() {
        TinyModel.createTireless(folder, 128);
        List<PromptGroup> groups = IntStream.range(0, 3)
                .mapToObj(g -> new PromptGroup(
                        new int[] {1, 2, 3, 4 + g},
                        LongStream.range(4L * g, 4L * g + 4).toArray()))
                .toList();
        try (LanguageModel model = TinyModel.open(folder)) {
            String string = model.codec().decode(new int[] {7, 9});
            Sampling sampling = new Sampling(0.45, 100).endedBy(List.of(string));
            List<Completion> together = model.sample(groups, sampling).stream()
                    .flatMap(List::stream)
                    .toList();
            assertThat(together)
                    .extracting(completion -> completion.tokens().length)
                    .anyMatch(length -> length < 64)
                    .contains(100);
            for (int mostTokens : new int[] {330, 660}) {
                List<Completion> inTurn = model.sample(groups, sampling.holding(mostTokens)).stream()
                        .flatMap(List::stream)
                        .toList();
                for (int i = 0; i < together.size(); i++) {
                    assertThat(inTurn.get(i).tokens()).isEqualTo(together.get(i).tokens());
                    assertThat(inTurn.get(i).stopReason())
                            .isEqualTo(together.get(i).stopReason());
                    assertThat(inTurn.get(i).logProbs())
                            .containsExactly(together.get(i).logProbs(), withPrecision(1e-4f));
                }
            }
        }
    }

    @Test
    void aStopStringEndsACompletionWithTheTokenThatCompletesIt() {
        TinyModel.create(folder, TinyModel.config(), 5);
        List<PromptGroup> groups = groups(TinyModel.config());
        try (LanguageModel model = TinyModel.open(folder)) {
            TextCodec codec = model.codec();
            List<Completion> without = model.sample(groups, new Sampling(0.8, MAX_NEW_TOKENS)).stream()
                    .flatMap(List::stream)
                    .toList();
            int[] lengthy = without.stream()
                    .map(Completion::tokens)
                    .filter(tokens -> tokens.length > 6)
                    .findFirst()
                    .orElseThrow();
            String string = codec.decode(Arrays.copyOfRange(lengthy, 3, 5));
            Sampling sampling = new Sampling(0.8, MAX_NEW_TOKENS).endedBy(List.of("never", string));

            List<Completion> with = model.sample(groups, sampling).stream()
                    .flatMap(List::stream)
                    .toList();

            for (int i = 0; i < with.size(); i++) {
                int[] tokens = without.get(i).tokens();
                int end = IntStream.rangeClosed(1, tokens.length)
                        .filter(n -> codec.decode(Arrays.copyOf(tokens, n)).contains(string))
                        .findFirst()
                        .orElse(tokens.length + 1);
                assertThat(with.get(i).tokens()).isEqualTo(Arrays.copyOf(tokens, Math.min(end, tokens.length)));
                assertThat(with.get(i).stopReason())
                        .isEqualTo(end > tokens.length ? without.get(i).stopReason() : StopReason.STOP_STRING);
            }
            assertThat(with).extracting(Completion::stopReason).contains(StopReason.STOP_STRING, StopReason.STOP_TOKEN);
        }
    }

    @Test
    void temperatureZeroTakesTheMostLikelyToken() {
        ModelConfig config = TinyModel.config();
        TinyModel.create(folder, config, 5);
        ReferenceDecoder reference = new ReferenceDecoder(config, TinyModel.weights(config, 5));
        List<PromptGroup> groups = groups(config);
        try (LanguageModel model = TinyModel.open(folder)) {
            List<List<Completion>> drawn = model.sample(groups, new Sampling(0, 8));
            for (int g = 0; g < groups.size(); g++) {
                int[] prompt = groups.get(g).prompt();
                Completion completion = drawn.get(g).getFirst();
                double[][] logits = reference.logits(joined(prompt, completion.tokens()));
                for (int i = 0; i < completion.tokens().length; i++) {
                    double[] logProbs = ReferenceDecoder.logProbs(logits[prompt.length + i - 1], 1);
                    int token = completion.tokens()[i];
                    assertThat(logProbs[token])
                            .isEqualTo(Arrays.stream(logProbs).max().orElseThrow());
                    assertThat((double) completion.logProbs()[i]).isCloseTo(logProbs[token], within(1e-4));
                }
            }
        }
    }

    @Test
    void theSameShardIsTheSameBitForBitAlsoFromTwoThreadsAtOnce() throws Exception {
        TinyModel.create(folder, TinyModel.config(), 5);
        List<PromptGroup> groups = groups(TinyModel.config());
        Sampling sampling = new Sampling(1, MAX_NEW_TOKENS);
        try (LanguageModel model = TinyModel.open(folder);
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<List<Completion>> once = model.sample(groups, sampling);
            List<Future<List<List<Completion>>>> again = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                again.add(threads.submit(() -> model.sample(groups, sampling)));
            }
            for (Future<List<List<Completion>>> other : again) {
                assertThat(other.get()).usingRecursiveComparison().isEqualTo(once);
            }
        }
    }

    @Test
    void aGroupDrawsTheSameTokensAloneAndAmongOthers() {
        TinyModel.create(folder, TinyModel.config(), 5);
        List<PromptGroup> groups = groups(TinyModel.config());
        Sampling sampling = new Sampling(1, MAX_NEW_TOKENS);
        try (LanguageModel model = TinyModel.open(folder)) {
            List<List<Completion>> together = model.sample(groups, sampling);
            for (int g = 0; g < groups.size(); g++) {
                List<Completion> alone =
                        model.sample(List.of(groups.get(g)), sampling).getFirst();
                assertThat(alone)
                        .usingRecursiveComparison()
                        .comparingOnlyFields("tokens", "stopReason")
                        .isEqualTo(together.get(g));
            }
        }
    }

    @Test
    void noGroupsAreNoCompletions() {
        TinyModel.create(folder, TinyModel.config(), 5);
        try (LanguageModel model = TinyModel.open(folder)) {
            assertThat(model.sample(List.of(), new Sampling(1, 4))).isEmpty();
        }
    }

    @Test
    void aPromptThatDoesNotFitIsRefused() {
        TinyModel.create(folder, TinyModel.config(), 5);
        try (LanguageModel model = TinyModel.open(folder)) {
            assertThatThrownBy(() ->
                            model.sample(List.of(new PromptGroup(new int[60], new long[] {1})), new Sampling(1, 5)))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("60 tokens and up to 5 new ones")
                    .hasMessageContaining("64 positions");
        }
    }

    @Test
    void aTokenOutsideTheVocabularyIsRefused() {
        TinyModel.create(folder, TinyModel.config(), 5);
        try (LanguageModel model = TinyModel.open(folder)) {
            assertThatThrownBy(() ->
                            model.sample(List.of(new PromptGroup(new int[] {12}, new long[] {1})), new Sampling(1, 5)))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("token 12 is outside the vocabulary of 12");
        }
    }

    @Test
    void weightsTooLargeToComputeWithAreNoticed() {
        TinyModel.create(folder, TinyModel.config(), 5);
        Map<String, HostTensor> weights = TinyModel.weights(TinyModel.config(), 5);
        weights.get("model.norm.weight").values()[3] = Float.MAX_VALUE;
        SafeTensors.write(folder.resolve("model.safetensors"), weights, Dtype.FLOAT32);
        try (LanguageModel model = TinyModel.open(folder)) {
            assertThatThrownBy(() ->
                            model.sample(List.of(new PromptGroup(new int[] {1}, new long[] {1})), new Sampling(1, 5)))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("log-probability ")
                    .hasMessageContaining("earlier checkpoint");
        }
    }
}
