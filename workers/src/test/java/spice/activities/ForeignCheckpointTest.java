package spice.activities;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.temporal.testing.TestActivityEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.chat.ChatTemplate;
import spice.chat.Chats;
import spice.domain.Passage;
import spice.domain.Refusal;
import spice.domain.Repair;
import spice.domain.Seed;
import spice.launcher.Launchers;
import spice.model.Biases;
import spice.model.Devices;
import spice.model.Family;
import spice.model.LanguageModel;
import spice.model.ModelConfig;
import spice.model.Rope;
import spice.model.RopeScaling;
import spice.model.TinyModel;
import spice.roles.AnswerFormat;
import spice.roles.JsonFormat;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;
import spice.store.BlobRef;
import spice.store.InMemoryBlobStore;
import spice.workflows.AttemptRequest;
import spice.workflows.CheckpointActivities;
import spice.workflows.CheckpointRef;
import spice.workflows.CorpusRef;
import spice.workflows.IterationRequest;
import spice.workflows.LaneReport;
import spice.workflows.OpenedRun;
import spice.workflows.ReasonerActivities;
import spice.workflows.Scored;
import spice.workflows.StepSeconds;
import spice.workflows.Trained;
import spice.workflows.TrainerActivities;

/// A whole iteration on a checkpoint that is not ours: of Qwen2's family, random, with a byte-level tokenizer and a
/// chat template of its own. Opening, answering, training and committing are the real activities. What a random
/// model cannot do is given: the Challenger's replies are a script's, and an answer counts as right by its length,
/// so that the groups' rewards differ.
class ForeignCheckpointTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> SPECIAL = List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");
    private static final String HARVEST = "The north field gave 347 sacks. <|im_end|> The south field gave 285 sacks.";
    private static final String CHOOSES = """
            <think>
            Two amounts.
            </think>

            {"suitable_for_mcq": false, "suitable_for_free_form": true, "best_answer_type": "Integer", "reason": "sums"}""";
    private static final String POSES = """
            ```json
            {"identified_information": "two fields", "relevant_quotes": ["The north field gave 347 sacks.",
              "The south field gave 285 sacks."], "derivation": "347 + 285", "hardening_process": "a sum",
             "question": "One field gives 347 sacks, another 285. How many is that?", "answer": 632,
             "answer_type": "Integer", "step_by_step_solution": "", "intermediate_results": [],
             "difficulty_level": "easy", "difficulty_justification": "", "solving_time_estimate": "",
             "required_concepts": [], "potential_errors": [],}
            ```""";

    @TempDir
    Path folder;

    private final InMemoryBlobStore store = new InMemoryBlobStore();
    private final ExecutorService threads = Executors.newSingleThreadExecutor();
    private final TestActivityEnvironment environment = Activities.environment();
    private LoadedPolicies policies;
    private CheckpointActivities checkpoints;
    private ReasonerActivities reasoner;
    private TrainerActivities trainer;

    @BeforeEach
    void prepare() throws Exception {
        Heartbeats heartbeats = new Heartbeats(null, Heartbeats.PATIENCE, () -> {});
        policies = new LoadedPolicies(
                store, Files.createDirectories(folder.resolve("scratch")), Host.of(Devices.CPU), false);
        environment.registerActivitiesImplementations(
                new CheckpointActivitiesImpl(
                        store, folder.resolve("models"), "this", "test", heartbeats, Clock.systemUTC()),
                new ReasonerActivitiesImpl(new Sampler(store, policies, threads, heartbeats)),
                new TrainerActivitiesImpl(
                        store,
                        folder.resolve("scratch"),
                        heartbeats,
                        Optional.empty(),
                        () -> Launchers.NONE,
                        Host.of(Devices.CPU)));
        checkpoints = environment.newActivityStub(CheckpointActivities.class);
        reasoner = environment.newActivityStub(ReasonerActivities.class);
        trainer = environment.newActivityStub(TrainerActivities.class);
    }

    @AfterEach
    void stop() {
        environment.close();
        policies.close();
        threads.close();
    }

    @Test
    void isPosedToAnsweredByTrainedOnAndCommitted() throws Exception {
        String model = StoredModel.put(store, create(folder.resolve("elsewhere")), (_, _) -> {})
                .orElseThrow();
        RunSettings settings = SettingsReader.read("""
                {"model": "%s", "documentsPerIteration": 1, "groupSize": 2, "challengerAttempts": 2,
                 "reasonerAttempts": 8, "challengerTokens": 1000, "reasonerTokens": 6, "updateBatch": 64,
                 "learningRate": 0.01, "trainThreads": 1, "microBatchTokens": 4096}""".formatted(model));
        assertThat(settings.roles()).isEqualTo(RunSettings.RoleStyle.JSON);
        Passage passage = new Passage("0".repeat(64), "harvest.txt", 0, "text/plain", "Harvest", "en", HARVEST, 20);
        BlobRef passages = Blobs.put(store, List.of(passage));
        CorpusRef corpus = new CorpusRef(Blobs.put(store, List.of()), 1, 1, 0);
        CheckpointActivities.StartingPoint start = checkpoints.open(settings, "line", corpus);
        IterationRequest iteration = new IterationRequest(
                settings,
                new OpenedRun("line", start.branch(), start.base(), start.start(), corpus, corpus.manifest()),
                1,
                start.start(),
                List.of(),
                Optional.empty());

        PosedDocument posed = pose(settings, start.base(), passage);
        assertThat(posed.valid()).isEqualTo(1);
        assertThat(posed.refusals()).containsExactly(Map.entry(Refusal.UNREADABLE, 1));
        assertThat(posed.repairs())
                .containsOnly(
                        Map.entry(Repair.THOUGHTS, 2), Map.entry(Repair.FENCE, 1), Map.entry(Repair.TRAILING_COMMA, 1));

        BlobRef lane = Blobs.put(store, List.of(new Lane.Shard(0, Blobs.put(store, List.of(posed)))));
        LaneReport answered = reasoner.attempt(new AttemptRequest(iteration, List.of(lane), 0));
        List<AttemptedTask> attempted = Lane.collect(store, List.of(answered.shards()), AttemptedTask.class);
        assertThat(attempted).hasSize(1);
        assertThat(attempted.getFirst().attempts()).hasSize(8);
        List<String> answers = attempted.getFirst().attempts().stream()
                .map(Attempt::text)
                .distinct()
                .toList();
        assertThat(answers).as("drawn, not recited").hasSizeGreaterThan(2);

        Judge.Judgement judged = new Judge(
                        rightIfLong(attempted), settings, List.of(passage), IterationSeeds.of(iteration))
                .score(List.of(posed), attempted, answered.tokens(), answered.seconds());
        assertThat(judged.metrics().passRate()).isStrictlyBetween(0.0, 1.0);
        assertThat(judged.metrics().repairs()).isEqualTo(posed.repairs());
        assertThat(judged.episodes())
                .filteredOn(episode -> episode.advantage() != 0)
                .hasSizeGreaterThan(8);

        Trained trained = trainer.train(iteration, Blobs.put(store, judged.episodes()));
        assertThat(trained.metrics().updates()).isEqualTo(1);
        assertThat(trained.metrics().gradientNorm()).isPositive();
        CheckpointRef next = checkpoints.commit(
                iteration,
                new Scored(
                        Blobs.put(store, judged.episodes()),
                        Blobs.put(store, judged.tasks()),
                        judged.metrics(),
                        Optional.of(passages)),
                trained,
                new StepSeconds(0, 0, 0, 0, 0));

        Map<String, BlobRef> before =
                new Checkpoints(store).manifest(start.base()).files();
        Map<String, BlobRef> after = new Checkpoints(store).manifest(next).files();
        assertThat(after.get("model.safetensors")).isNotEqualTo(before.get("model.safetensors"));
        assertThat(after.get("tokenizer.json")).isEqualTo(before.get("tokenizer.json"));
        assertThat(opening(settings, next, passage))
                .as("the checkpoint speaks as the base did")
                .isEqualTo(opening(settings, start.base(), passage));
    }

    /// Two dialogues over the document: one ends in a task, the other in text that is none.
    private PosedDocument pose(RunSettings settings, CheckpointRef base, Passage passage) {
        RecitingPolicy script =
                new RecitingPolicy(policies.policy(base, settings).codec(), (prompt, attempt) -> {
                    // A codec leaves out stop tokens, here each turn's end.
                    assertThat(prompt).startsWith("<|im_start|>system\nYou answer briefly.\n<|im_start|>user\n");
                    if (!prompt.contains("of type Integer")) {
                        assertThat(prompt)
                                .contains("347 sacks. < |im_end|> The")
                                .endsWith("\n<|im_start|>assistant\n");
                        return attempt == 0 ? CHOOSES : CHOOSES.replace("sums", "amounts");
                    }
                    assertThat(prompt)
                            .as("what the model has thought, it sees")
                            .contains("<think>\nTwo amounts.\n</think>");
                    return prompt.contains("sums") ? POSES : "I would rather not.";
                });
        return new Challenger(Player.of(store, base, script, settings), settings, new Seed(settings.seed()))
                .pose(List.of(passage), 0)
                .getFirst();
    }

    /// The longer half of the answers is right.
    private static AnswerFormat rightIfLong(List<AttemptedTask> attempted) {
        int[] lengths = attempted.getFirst().attempts().stream()
                .mapToInt(attempt -> attempt.text().length())
                .sorted()
                .toArray();
        int middle = lengths[lengths.length / 2];
        assertThat(Arrays.stream(lengths).distinct().count()).isGreaterThan(1);
        int bound = middle > lengths[0] ? middle : middle + 1;
        return reply -> Optional.of(reply.length() >= bound ? "632" : "633");
    }

    private String opening(RunSettings settings, CheckpointRef checkpoint, Passage passage) {
        LanguageModel model = policies.policy(checkpoint, settings);
        Player player = Player.of(store, checkpoint, model, settings);
        assertThat(player.format()).isInstanceOf(JsonFormat.class);
        assertThat(player.policy()).as("its stop tokens alone end its replies").isSameAs(model);
        return player.format()
                .challenge(Optional.of(passage), Optional.empty(), List.of())
                .toString();
    }

    private static Path create(Path place) throws IOException {
        JsonFormat format = new JsonFormat(ChatTemplate.transcript());
        ObjectNode tokenizer = PieceTokenizer.of(
                SPECIAL,
                List.of(
                        CHOOSES,
                        POSES,
                        HARVEST,
                        format.challenge(Optional.empty(), Optional.empty(), List.of())
                                .toString(),
                        format.challenge(Optional.empty(), Optional.empty(), List.of(CHOOSES))
                                .toString()));
        int vocabulary = tokenizer.at("/model/vocab").size();
        ModelConfig config = new ModelConfig(
                Family.QWEN2,
                vocabulary,
                16,
                24,
                2,
                4,
                2,
                4,
                16_384,
                new Rope(10_000, new RopeScaling.None()),
                1e-6,
                true,
                new Biases(true, false, false),
                List.of(2, 0));
        TinyModel.create(Files.createDirectories(place), config, 1);
        JSON.writeValue(place.resolve("tokenizer.json").toFile(), tokenizer);
        JSON.writeValue(
                place.resolve("tokenizer_config.json").toFile(),
                JSON.createObjectNode().put("chat_template", Chats.resource("qwen2_5-like.jinja")));
        return place;
    }
}
