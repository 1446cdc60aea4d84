package spice.vllm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import spice.model.AdaptedMatrix;
import spice.model.Completion;
import spice.model.Dtype;
import spice.model.Learner;
import spice.model.LearnerSettings;
import spice.model.Lora;
import spice.model.ModelConfig;
import spice.model.ModelException;
import spice.model.ModelFolder;
import spice.model.Policy;
import spice.model.PromptGroup;
import spice.model.Pulse;
import spice.model.Sampling;
import spice.model.StopReason;
import spice.model.TinyModel;
import spice.model.Trajectory;

/// A policy against a server that misbehaves on demand.
class VllmPolicyTest {
    private static final ModelConfig CONFIG = TinyModel.config();
    private static final int VOCABULARY = CONFIG.vocabularySize();
    private static final Duration PAUSE = Duration.ofMillis(1);
    private static final Duration DEADLINE = Duration.ofMinutes(5);
    private static final List<PromptGroup> GROUPS = List.of(
            new PromptGroup(new int[] {3, 1, 2}, new long[] {7, 8}), new PromptGroup(new int[] {5}, new long[] {9}));
    private static final Sampling SAMPLING = new Sampling(0.7, 10);
    private static final CompletionRequest ONE =
            new CompletionRequest(new int[] {5}, 9, VOCABULARY, CONFIG.stopTokens());

    @TempDir
    Path home;

    private Path served;
    private FakeVllm fake;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        served = model("served", 1);
        fake = new FakeVllm(served, VOCABULARY);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
        fake.close();
    }

    private Path model(String name, long seed) throws IOException {
        return TinyModel.create(Files.createDirectory(home.resolve(name)), CONFIG, seed);
    }

    private VllmServer server() {
        return server(settings(DEADLINE, 4));
    }

    private VllmServer server(VllmSettings settings) {
        VllmServer server = VllmServer.open(settings, PAUSE);
        open.add(server);
        return server;
    }

    private VllmSettings settings(Duration deadline, int requests) {
        return VllmSettings.of(fake.address().toString(), served, requests, deadline, Map.of());
    }

    private Policy policy(VllmServer server, Path model) {
        FetchedCheckpoint checkpoint = FetchedCheckpoint.open(
                model.getFileName().toString(), model.getFileName().toString(), model);
        open.add(checkpoint.codec()::close);
        return new VllmPolicy(
                checkpoint, server, new Semaphore(server.settings().requests()), Pulse.NONE);
    }

    private static List<int[]> tokens(List<List<Completion>> drawn) {
        return drawn.stream().flatMap(List::stream).map(Completion::tokens).toList();
    }

    /// The tokens that the fake draws with a model's weights for the seeds of [#GROUPS].
    private static List<int[]> tokensOf(Path model) {
        return LongStream.of(7, 8, 9)
                .mapToObj(seed -> FakeVllm.tokens(model, seed, VOCABULARY, SAMPLING.maxNewTokens()))
                .toList();
    }

    private static void assertSame(List<int[]> actual, List<int[]> expected) {
        assertThat(actual.stream().map(Arrays::toString))
                .isEqualTo(expected.stream().map(Arrays::toString).toList());
    }

    @Test
    void tokensGoOutAndComeBackAsNumbersWithAllThatHasAnEffect() throws IOException {
        Path first = model("first", 2);
        List<List<Completion>> drawn = policy(server(), first).sample(GROUPS, SAMPLING);

        assertThat(drawn).extracting(List::size).containsExactly(2, 1);
        assertSame(tokens(drawn), tokensOf(first));
        Completion completion = drawn.getFirst().getFirst();
        assertThat(completion.stopReason()).isEqualTo(StopReason.STOP_TOKEN);
        assertThat(completion.logProbs()).containsOnly(FakeVllm.LOG_PROB);
        JsonNode asked = fake.drawn().stream()
                .filter(request -> request.path("seed").asLong() == 8)
                .findFirst()
                .orElseThrow();
        assertThat(asked.toString())
                .contains("\"prompt\":[3,1,2]", "\"stop_token_ids\":[0]", "\"temperature\":0.7", "\"max_tokens\":10")
                .contains(
                        "\"top_p\":1.0",
                        "\"top_k\":0",
                        "\"min_p\":0.0",
                        "\"repetition_penalty\":1",
                        "\"ignore_eos\":true")
                .contains("\"logprobs\":0", "\"return_token_ids\":true", "\"model\":\"%s\"".formatted(served));
    }

    @Test
    void fewerTokensAreDrawnFromAndStringsEndACompletionWhereSamplingSaysSo() throws IOException {
        Policy policy = policy(server(), model("first", 2));
        AtomicReference<String> asked = new AtomicReference<>("");
        fake.next(FakeVllm.COMPLETIONS, exchange -> {
            asked.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            return FakeVllm.status(200, """
                    {"choices": [{"finish_reason": "stop", "stop_reason": "w2 w3", "prompt_token_ids": [5],
                     "token_ids": [2, 3], "logprobs": {"token_logprobs": [-1, -2]}}]}""").act(exchange);
        });
        Completion completion = policy.sample(
                        List.of(new PromptGroup(new int[] {5}, new long[] {9})),
                        new Sampling(0.7, 10, 4, 0.9, 0.1, List.of("w2 w3"), 0))
                .getFirst()
                .getFirst();

        assertThat(asked.get()).contains("\"top_p\":0.9", "\"top_k\":4", "\"min_p\":0.1", "\"stop\":[\"w2 w3\"]");
        assertThat(completion.tokens()).containsExactly(2, 3);
        assertThat(completion.logProbs()).containsExactly(-1, -2);
        assertThat(completion.stopReason()).isEqualTo(StopReason.STOP_STRING);
    }

    @Test
    void vllmsWordForNoSeedIsNeverASeed() throws IOException {
        policy(server(), model("first", 2)).sample(List.of(new PromptGroup(new int[] {1}, new long[] {-1})), SAMPLING);

        assertThat(fake.drawn())
                .extracting(request -> request.path("seed").asLong())
                .containsExactly(Long.MIN_VALUE);
    }

    @Test
    void aCheckpointIsLoadedOnceForAsLongAsNoOtherIsAskedFor() throws IOException {
        VllmServer server = server();
        Path first = model("first", 2);
        Path second = model("second", 3);
        policy(server, first).sample(GROUPS, SAMPLING);
        policy(server, first).sample(GROUPS, SAMPLING);
        List<List<Completion>> drawn = policy(server, second).sample(GROUPS, SAMPLING);

        assertSame(tokens(drawn), tokensOf(second));
        assertThat(fake.calls()).filteredOn(FakeVllm.RELOAD::equals).hasSize(2);
        assertThat(served.resolve("model.safetensors")).hasSameBinaryContentAs(second.resolve("model.safetensors"));
    }

    @Test
    void weightsOfAnEarlierModelAreNotLeftBesideTheNewOnes() throws IOException {
        Files.writeString(served.resolve("model-00001-of-00002.safetensors"), "old");
        Files.writeString(served.resolve("model.safetensors.index.json"), "{}");
        policy(server(), model("first", 2)).sample(GROUPS, SAMPLING);

        try (Stream<Path> files = Files.list(served)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .filteredOn(name -> !name.startsWith("."))
                    .containsExactlyInAnyOrder(
                            "config.json", "generation_config.json", "model.safetensors", "tokenizer.json");
        }
    }

    private Path adapted() throws IOException {
        Path saved = home.resolve("adapted");
        Lora lora = new Lora(2, 4, EnumSet.of(AdaptedMatrix.Q_PROJ), 1);
        LearnerSettings settings =
                new LearnerSettings(1, 64, 0.9, 0.95, 1e-8, 0, 1, Dtype.BFLOAT16, false, Optional.of(lora));
        try (Learner learner = TinyModel.learner(model("base", 2), settings)) {
            boolean[] trained = {false, true, true};
            learner.imitate(List.of(new Trajectory(new int[] {1, 2, 3}, trained, new float[3], 1, 1)), 1e-2);
            learner.saveModel(saved);
        }
        return saved;
    }

    @Test
    void anAdapterIsServedInFloat32Weights() throws IOException {
        Path adapted = adapted();
        Path merged = home.resolve("expected");
        ModelFolder.merge(adapted, merged);

        assertSame(tokens(policy(server(), adapted).sample(GROUPS, SAMPLING)), tokensOf(merged));
        assertThat(served.resolve("model.safetensors")).hasSameBinaryContentAs(merged.resolve("model.safetensors"));
    }

    @Test
    void aServerThatWouldRoundAnAdapterAwayIsRefused() throws IOException {
        fake.rounds = true;
        fake.restart();

        assertUnusable(policy(server(), adapted()), "rounds weights to BF16, which loses most");
    }

    @Test
    void twoPoliciesOfOneServerTakeTurns() throws Exception {
        VllmServer server = server();
        List<Path> models = List.of(model("first", 2), model("second", 3));
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Callable<List<int[]>>> calls = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                Policy policy = policy(server, models.get(i % 2));
                calls.add(() -> tokens(policy.sample(GROUPS, SAMPLING)));
            }
            List<Future<List<int[]>>> drawn = threads.invokeAll(calls);
            for (int i = 0; i < drawn.size(); i++) {
                assertSame(drawn.get(i).get(), tokensOf(models.get(i % 2)));
            }
        }
    }

    @Test
    void noMoreRequestsAreUnderWayThanAllowed() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Semaphore arrived = new Semaphore(0);
        for (int i = 0; i < 3; i++) {
            fake.next(FakeVllm.COMPLETIONS, FakeVllm.first(() -> {
                arrived.release();
                awaitEnd(release);
            }));
        }
        Policy policy = policy(server(settings(DEADLINE, 2)), model("first", 2));
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<List<List<Completion>>> drawn = thread.submit(() -> policy.sample(GROUPS, SAMPLING));
            arrived.acquire(2);
            assertThat(fake.calls()).filteredOn(FakeVllm.COMPLETIONS::equals).hasSize(2);
            release.countDown();
            assertThat(drawn.get()).hasSize(2);
        }
    }

    private static void awaitEnd(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aServerThatDiesInTheMiddleIsAskedAgain() throws IOException {
        fake.next(FakeVllm.COMPLETIONS, FakeVllm.dies());
        fake.next(FakeVllm.COMPLETIONS, FakeVllm.dies());
        fake.next(FakeVllm.COMPLETIONS, FakeVllm.status(503, "busy"));
        Path first = model("first", 2);

        assertSame(tokens(policy(server(), first).sample(GROUPS, SAMPLING)), tokensOf(first));
        assertThat(fake.calls()).filteredOn(FakeVllm.COMPLETIONS::equals).hasSize(6);
    }

    @Test
    void aServerThatStaysAwayIsOneLineAndIsLoadedAnewWhenItIsBack() throws IOException {
        Path first = model("first", 2);
        Policy policy = policy(server(), first);
        policy.sample(GROUPS, SAMPLING);
        fake.always(FakeVllm.COMPLETIONS, FakeVllm.status(500, "{\"error\": {\"message\": \"EngineCore died\"}}"));
        assertThatExceptionOfType(VllmTrouble.class)
                .isThrownBy(() -> policy.sample(GROUPS, SAMPLING))
                .withMessage("vLLM at %s answers 500 to v1/completions: EngineCore died", fake.address());

        fake.behave();
        assertSame(tokens(policy.sample(GROUPS, SAMPLING)), tokensOf(first));
        assertThat(fake.calls()).filteredOn(FakeVllm.RELOAD::equals).hasSize(2);
    }

    @Test
    void whatWasSampledByAServerThatStartedAgainWithOldWeightsDoesNotCount() throws IOException {
        Path first = model("first", 2);
        Path old = model("old", 3);
        Policy policy = policy(server(), first);
        fake.next(FakeVllm.COMPLETIONS, FakeVllm.first(() -> fake.restartWith(old)));

        assertSame(tokens(policy.sample(GROUPS, SAMPLING)), tokensOf(first));
        assertThat(fake.calls()).filteredOn(FakeVllm.RELOAD::equals).hasSize(2);
    }

    @Test
    void aServerThatStartsAgainAllTheTimeIsOneLine() throws IOException {
        Policy policy = policy(server(), model("first", 2));
        fake.always(FakeVllm.COMPLETIONS, FakeVllm.first(fake::restart));

        assertThatExceptionOfType(VllmTrouble.class)
                .isThrownBy(() -> policy.sample(GROUPS, SAMPLING))
                .withMessageContaining("was started or reloaded by another 3 times while it sampled");
    }

    @Test
    void aLateAnswerIsGivenUpAndAskedForAgain() {
        CountDownLatch never = new CountDownLatch(1);
        fake.next(FakeVllm.COMPLETIONS, FakeVllm.first(() -> awaitEnd(never)));
        try (VllmClient client = impatient(Duration.ofSeconds(2))) {
            assertThat(client.complete(served.toString(), ONE, SAMPLING).tokens())
                    .isEqualTo(FakeVllm.tokens(served, ONE.seed(), VOCABULARY, SAMPLING.maxNewTokens()));
        }
        assertThat(fake.calls()).hasSizeGreaterThan(1);
        never.countDown();
    }

    @Test
    void aServerThatNeverAnswersIsOneLine() {
        CountDownLatch never = new CountDownLatch(1);
        fake.always(FakeVllm.COMPLETIONS, FakeVllm.first(() -> awaitEnd(never)));
        try (VllmClient client = impatient(Duration.ofSeconds(1))) {
            assertThatExceptionOfType(VllmTrouble.class)
                    .isThrownBy(() -> client.complete(served.toString(), ONE, SAMPLING))
                    .withMessage("vLLM at %s does not answer v1/completions within 1 s", fake.address());
        }
        assertThat(fake.calls()).hasSizeGreaterThan(1);
        never.countDown();
    }

    private VllmClient impatient(Duration deadline) {
        return new VllmClient(settings(deadline, 4), PAUSE);
    }

    static Stream<Arguments> garbage() {
        String choice = """
                {"choices": [{"finish_reason": "%s", "prompt_token_ids": [5], "token_ids": [%s],
                 "logprobs": {"token_logprobs": [%s]}}]}""";
        return Stream.of(
                Arguments.of("<html>", "answers v1/completions with no JSON"),
                Arguments.of("{}", "it ended for the reason "),
                Arguments.of(choice.formatted("abort", "1, 0", "-1, -1"), "it ended for the reason \"abort\""),
                Arguments.of(choice.formatted("stop", "1, 0", "-1"), "2 tokens come with 1 log-probabilities"),
                Arguments.of(choice.formatted("stop", "", ""), "0 tokens come with 0 log-probabilities"),
                Arguments.of(choice.formatted("stop", "12, 0", "-1, -1"), "token 12 is outside the vocabulary of 12"),
                Arguments.of(choice.formatted("stop", "1, 0", "-1, 2"), "a token has the log-probability 2.0"),
                Arguments.of(choice.formatted("stop", "1, 0", "-1, null"), "a token has the log-probability NaN"),
                Arguments.of(choice.formatted("stop", "1, 2", "-1, -1"), "it stops without a stop token"),
                Arguments.of(choice.formatted("stop", "0, 0", "-1, -1"), "it goes on after a stop token"),
                Arguments.of(
                        choice.formatted("stop", "1, 0", "-1, -1").replace("[5]", "[6]"), "it follows another prompt"));
    }

    @ParameterizedTest
    @MethodSource
    void garbage(String answer, String message) throws IOException {
        Path first = model("first", 2);
        Policy policy = policy(server(), first);
        List<PromptGroup> one = List.of(new PromptGroup(new int[] {5}, new long[] {9}));
        fake.always(FakeVllm.COMPLETIONS, FakeVllm.status(200, answer));
        assertThatExceptionOfType(VllmTrouble.class)
                .isThrownBy(() -> policy.sample(one, SAMPLING))
                .withMessageContaining(message);

        fake.behave();
        fake.next(FakeVllm.COMPLETIONS, FakeVllm.status(200, answer));
        assertSame(tokens(policy.sample(one, SAMPLING)), List.of(FakeVllm.tokens(first, 9, VOCABULARY, 10)));
    }

    private void assertUnusable(Policy policy, String message) {
        assertThatThrownBy(() -> policy.sample(GROUPS, SAMPLING))
                .isInstanceOfSatisfying(ApplicationFailure.class, failure -> {
                    assertThat(failure.getType()).isEqualTo("VLLM_UNUSABLE");
                    assertThat(failure.isNonRetryable()).isTrue();
                })
                .hasMessageContaining(message);
    }

    @Test
    void aServerThatDoesNotReloadIsToldApart() throws IOException {
        fake.reloads = false;
        assertUnusable(policy(server(), model("first", 2)), "does not hold the weights that were written to " + served);
    }

    @Test
    void aServerThatHidesWeightsIsRefusedAndItsFolderLeftAsItIs() throws IOException {
        fake.hides = true;
        byte[] before = Files.readAllBytes(served.resolve("model.safetensors"));
        assertUnusable(policy(server(), model("first", 2)), "computes with weights that it does not show");
        assertThat(served.resolve("model.safetensors")).hasBinaryContent(before);
    }

    @Test
    void aServerThatWasStartedInAWayThatDoesNotServeIsToldApartAtOnce() {
        fake.logProbsMode = "raw_logprobs";
        assertThatThrownBy(this::server)
                .isInstanceOf(VllmUnusable.class)
                .hasMessageContaining("start it with --logprobs-mode processed_logprobs");

        fake.servedFolder = "/another/model";
        assertThatThrownBy(this::server)
                .isInstanceOf(VllmUnusable.class)
                .hasMessageContaining("serves /another/model; start it on " + served);

        fake.next("/server_info", FakeVllm.status(404, "{}"));
        assertThatThrownBy(this::server)
                .isInstanceOf(VllmUnusable.class)
                .hasMessageContaining(
                        "does not know /server_info; start vLLM 0.32 or newer with VLLM_SERVER_DEV_MODE=1");

        fake.next("/v1/models", FakeVllm.status(401, "{}"));
        assertThatThrownBy(this::server)
                .isInstanceOf(VllmUnusable.class)
                .hasMessageContaining("does not accept the key (401 to v1/models); set VLLM_API_KEY");
    }

    @Test
    void aRequestThatTheServerRefusesIsNotMadeAgain() throws IOException {
        Policy policy = policy(server(), model("first", 2));
        fake.always(FakeVllm.COMPLETIONS, FakeVllm.status(400, "{\"error\": {\"message\": \"too long\"}}"));
        assertUnusable(policy, "answers 400 to v1/completions: too long");
        assertThat(fake.calls()).filteredOn(FakeVllm.COMPLETIONS::equals).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void aContextThatIsTooShortIsNamedWithTheOptionThatMakesItLonger() throws IOException {
        Policy policy = policy(server(), model("first", 2));
        fake.always(FakeVllm.COMPLETIONS, FakeVllm.status(200, """
                {"choices": [{"finish_reason": "length", "prompt_token_ids": [5], "token_ids": [1],
                 "logprobs": {"token_logprobs": [-1]}}]}"""));
        assertThatThrownBy(() -> policy.sample(List.of(new PromptGroup(new int[] {5}, new long[] {9})), SAMPLING))
                .hasMessageContaining(
                        "ends a completion of at most 10 tokens after 1; start it with a --max-model-len of at least 11");
    }

    @Test
    void aFolderThatHoldsAnotherModelIsLeftAsItIs() throws IOException {
        Path other = TinyModel.create(Files.createDirectory(home.resolve("other")), TinyModel.nano(), 1);
        byte[] before = Files.readAllBytes(served.resolve("model.safetensors"));

        assertUnusable(
                policy(server(), other),
                "%s holds another model than the run's: its vocab_size is 12, not 45".formatted(served));
        assertThat(served.resolve("model.safetensors")).hasBinaryContent(before);
    }

    @Test
    void aServerServesOneWorker() {
        server();
        assertThatThrownBy(this::server)
                .isInstanceOf(VllmUnusable.class)
                .hasMessageContaining("another worker writes into %s".formatted(served));
    }

    @Test
    void aFolderWithoutAModelIsNamed() {
        assertThatThrownBy(() ->
                        VllmServer.open(VllmSettings.of(fake.address().toString(), home, 1, DEADLINE, Map.of()), PAUSE))
                .isInstanceOf(VllmUnusable.class)
                .hasMessage("%s holds no model; copy the run's base model there and start vLLM on it", home);
    }

    @Test
    void whatDoesNotFitTheModelIsNotAskedFor() throws IOException {
        Policy policy = policy(server(), model("first", 2));
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> policy.sample(GROUPS, new Sampling(1, 62)))
                .withMessageContaining("do not fit into the model's 64 positions");
        assertThat(fake.calls()).doesNotContain(FakeVllm.COMPLETIONS);
    }

    /// The heartbeat tells that the step was cancelled while the server computes.
    @Test
    void aCancelledStepEndsAndGivesItsRequestsUp() throws Exception {
        CountDownLatch asked = new CountDownLatch(3);
        CountDownLatch never = new CountDownLatch(1);
        fake.always(FakeVllm.COMPLETIONS, FakeVllm.first(() -> {
            asked.countDown();
            awaitEnd(never);
        }));
        Policy policy = policy(server(), model("first", 2)).watchedBy(() -> {
            if (asked.getCount() == 0) {
                throw new IllegalStateException("cancelled");
            }
        });

        assertThatThrownBy(() -> policy.sample(GROUPS, SAMPLING)).hasMessage("cancelled");
        assertThat(fake.calls()).filteredOn(FakeVllm.COMPLETIONS::equals).hasSize(3);
        never.countDown();
    }

    @Test
    void theKeyIsSentAndNeverSaid() throws IOException {
        VllmSettings settings =
                VllmSettings.of(fake.address().toString(), served, 1, DEADLINE, Map.of("VLLM_API_KEY", "open sesame"));
        policy(server(settings), model("first", 2)).sample(GROUPS, SAMPLING);

        assertThat(fake.authorizations()).containsOnly("Bearer open sesame");
        assertThat(settings.toString()).doesNotContain("sesame");
    }

    @Test
    void aServerBeyondThisMachineNeedsAKey() {
        assertThatThrownBy(() -> VllmSettings.of("http://10.1.2.3:8000", served, 1, DEADLINE, Map.of()))
                .hasMessageContaining("is not on this machine, and vLLM asks nobody who he is who reloads its weights");
        assertThat(VllmSettings.of("http://10.1.2.3:8000", served, 1, DEADLINE, Map.of("VLLM_API_KEY", "k"))
                        .authorization())
                .hasValue("Bearer k");
        assertThatThrownBy(() -> VllmSettings.of("localhost", served, 1, DEADLINE, Map.of()))
                .hasMessage("localhost is not the address of a vLLM server, such as http://127.0.0.1:8000");
    }

    @Test
    void aServerThatIsNotThereIsNotWaitedForAtTheStart() throws IOException {
        VllmSettings settings = settings(DEADLINE, 4);
        fake.close();
        Policy policy = policy(server(settings), model("first", 2));

        assertThatExceptionOfType(VllmTrouble.class)
                .isThrownBy(() -> policy.sample(GROUPS, SAMPLING))
                .withMessageStartingWith("vLLM at %s cannot be reached (".formatted(settings.server()));
    }
}
