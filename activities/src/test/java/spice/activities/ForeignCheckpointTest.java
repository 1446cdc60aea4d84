package spice.activities;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.chat.ChatTemplate;
import spice.chat.Chats;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.StoredModel;
import spice.domain.Refusal;
import spice.domain.Repair;
import spice.formats.JsonFormat;
import spice.judging.Judge;
import spice.model.Biases;
import spice.model.Devices;
import spice.model.Family;
import spice.model.LanguageModel;
import spice.model.ModelConfig;
import spice.model.Rope;
import spice.model.RopeScaling;
import spice.model.TinyModel;
import spice.policies.Host;
import spice.roles.Attempt;
import spice.roles.AttemptedTask;
import spice.roles.Player;
import spice.roles.PosedDocument;
import spice.runs.CheckpointRef;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;
import spice.store.BlobRef;
import spice.store.InMemoryBlobStore;
import spice.workflows.TrainerActivities.Trained;

/// A whole iteration on a checkpoint that is not ours: of Qwen2's family, random, with a byte-level tokenizer and a
/// chat template of its own.
class ForeignCheckpointTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> SPECIAL = List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");

    @TempDir
    Path folder;

    private final InMemoryBlobStore store = new InMemoryBlobStore();

    @Test
    void isPosedToAnsweredByTrainedOnAndCommitted() throws Exception {
        String model = StoredModel.put(store, create(folder.resolve("elsewhere")), (_, _) -> {})
                .orElseThrow();
        RunSettings settings = SettingsReader.read("""
                {"model": "%s", "documentsPerIteration": 1, "groupSize": 2, "challengerAttempts": 2,
                 "reasonerAttempts": 8, "challengerTokens": 1000, "reasonerTokens": 6, "updateBatch": 64,
                 "learningRate": 0.01, "trainThreads": 1, "microBatchTokens": 4096}""".formatted(model));
        assertThat(settings.roles()).isEqualTo(RunSettings.RoleStyle.JSON);
        try (ScriptedIteration iteration =
                new ScriptedIteration(store, folder.resolve("scratch"), Host.of(Devices.CPU))) {
            check(iteration, settings, iteration.run(settings, ForeignCheckpointTest::checkPrompt));
        }
    }

    private void check(ScriptedIteration iteration, RunSettings settings, ScriptedIteration.Outcome outcome) {
        PosedDocument posed = outcome.posed();
        assertThat(posed.valid()).isEqualTo(1);
        assertThat(posed.refusals()).containsExactly(Map.entry(Refusal.UNREADABLE, 1));
        assertThat(posed.repairs())
                .containsOnly(
                        Map.entry(Repair.THOUGHTS, 2), Map.entry(Repair.FENCE, 1), Map.entry(Repair.TRAILING_COMMA, 1));

        List<AttemptedTask> attempted = outcome.attempted();
        assertThat(attempted).hasSize(1);
        assertThat(attempted.getFirst().attempts()).hasSize(8);
        List<String> answers = attempted.getFirst().attempts().stream()
                .map(Attempt::text)
                .distinct()
                .toList();
        assertThat(answers).as("drawn, not recited").hasSizeGreaterThan(2);

        Judge.Judgement judged = outcome.judged();
        assertThat(judged.metrics().passRate().orElseThrow()).isStrictlyBetween(0.0, 1.0);
        assertThat(judged.metrics().repairs()).isEqualTo(posed.repairs());
        assertThat(judged.episodes())
                .filteredOn(episode -> episode.advantage() != 0)
                .hasSizeGreaterThan(8);

        Trained trained = outcome.trained();
        assertThat(trained.metrics().updates()).isEqualTo(1);
        assertThat(trained.metrics().gradientNorm().orElseThrow()).isPositive();

        Map<String, BlobRef> before =
                new Checkpoints(store).manifest(outcome.start()).files();
        Map<String, BlobRef> after =
                new Checkpoints(store).manifest(outcome.next()).files();
        assertThat(after.get("model.safetensors")).isNotEqualTo(before.get("model.safetensors"));
        assertThat(after.get("tokenizer.json")).isEqualTo(before.get("tokenizer.json"));
        assertThat(opening(iteration, settings, outcome.next()))
                .as("the checkpoint speaks as the base did")
                .isEqualTo(opening(iteration, settings, outcome.start()));
    }

    private static void checkPrompt(String prompt) {
        // A codec omits stop tokens, which here end each turn.
        assertThat(prompt).startsWith("<|im_start|>system\nYou answer briefly.\n<|im_start|>user\n");
        if (prompt.contains("of type Integer")) {
            assertThat(prompt).as("what the model has thought, it sees").contains("<think>\nTwo amounts.\n</think>");
        } else {
            assertThat(prompt).contains("347 sacks. < |im_end|> The").endsWith("\n<|im_start|>assistant\n");
        }
    }

    private String opening(ScriptedIteration iteration, RunSettings settings, CheckpointRef checkpoint) {
        LanguageModel model = iteration.policies().policy(checkpoint, settings);
        Player player = Player.of(store, checkpoint, model, settings);
        assertThat(player.format()).isInstanceOf(JsonFormat.class);
        assertThat(player.policy()).as("its stop tokens alone end its replies").isSameAs(model);
        return player.format()
                .challenge(Optional.of(ScriptedIteration.PASSAGE), Optional.empty(), List.of())
                .toString();
    }

    private static Path create(Path place) throws IOException {
        JsonFormat format = new JsonFormat(ChatTemplate.transcript());
        ObjectNode tokenizer = PieceTokenizer.of(
                SPECIAL,
                List.of(
                        ScriptedIteration.CHOOSES,
                        ScriptedIteration.POSES,
                        ScriptedIteration.HARVEST,
                        format.challenge(Optional.empty(), Optional.empty(), List.of())
                                .toString(),
                        format.challenge(Optional.empty(), Optional.empty(), List.of(ScriptedIteration.CHOOSES))
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
