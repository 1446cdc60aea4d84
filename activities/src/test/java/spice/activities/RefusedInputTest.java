package spice.activities;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.temporal.testing.TestActivityEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.checkpoints.CommitListener;
import spice.runs.CorpusRef;
import spice.runs.FailureSummary;
import spice.settings.InvalidSettings;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;
import spice.steps.WorkerHeartbeats;
import spice.store.BlobRef;
import spice.store.InMemoryBlobStore;
import spice.workflows.CheckpointActivities;
import spice.workflows.CorpusActivities;

/// The errors for settings that can be read but name something missing or unusable.
class RefusedInputTest {
    private static final Path MODELS = Path.of("../models").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    private final TestActivityEnvironment environment = Activities.environment();
    private CorpusActivities corpus;
    private CheckpointActivities checkpoints;

    @BeforeEach
    void prepare() throws Exception {
        Files.writeString(Files.createDirectories(folder.resolve("letters")).resolve("one.txt"), "Pepper is 3 crowns.");
        WorkerHeartbeats heartbeats = new WorkerHeartbeats(null, WorkerHeartbeats.PATIENCE, () -> {});
        InMemoryBlobStore store = new InMemoryBlobStore();
        environment.registerActivitiesImplementations(
                new CorpusActivitiesImpl(store, Map.of("mail", folder.toString()), MODELS, heartbeats),
                new CheckpointActivitiesImpl(
                        store, MODELS, "this", "test", heartbeats, Clock.systemUTC(), CommitListener.NONE));
        corpus = environment.newActivityStub(CorpusActivities.class);
        checkpoints = environment.newActivityStub(CheckpointActivities.class);
    }

    @AfterEach
    void stop() {
        environment.close();
    }

    @Test
    void anUnknownCorpusIsNamedWithThoseThatThereAre() {
        assertRefused(() -> corpus.ingest(settings("\"corpus\": \"post\"")), "CORPUS_UNUSABLE")
                .contains("there is no corpus post", "started with [mail]", "--corpus NAME=FOLDER");
    }

    @Test
    void aFolderThatIsNotInTheCorpusIsNamed() {
        assertRefused(() -> corpus.ingest(settings("\"corpus\": \"mail/bills\"")), "CORPUS_UNUSABLE")
                .contains("there is no folder", "bills");
    }

    @Test
    void aCorpusThatIsTooSmallSaysHowManyPassagesItGives() {
        assertRefused(() -> corpus.ingest(settings("\"corpus\": \"mail/letters\"")), "CORPUS_TOO_SMALL")
                .contains("gives 1 passages", "an iteration draws 32", "set documentsPerIteration to at most 1");
    }

    @Test
    void anUnknownModelIsNamed() {
        assertRefused(() -> corpus.ingest(settings("\"model\": \"giant\"")), "MODEL_UNUSABLE")
                .contains("there is no model giant", "spice run --model");
        assertRefused(() -> open("\"model\": \"giant\""), "MODEL_UNUSABLE")
                .contains("there is no model giant", "spice worker --models");
        assertRefused(() -> open("\"model\": \"../elsewhere\""), "MODEL_UNUSABLE")
                .contains("there is no model");
    }

    @Test
    void aStoredModelThatIsNotThereIsNamedWithTheRemedy() {
        assertRefused(() -> open("\"model\": \"stored/0123456789ab\""), "MODEL_UNUSABLE")
                .contains("there is no model stored/0123456789ab in the store", "spice run --model");
        assertRefused(() -> corpus.ingest(settings("\"model\": \"stored/../x\"")), "MODEL_UNUSABLE")
                .contains("there is no model stored/../x in the store");
    }

    @Test
    void aHeldOutFileThatCannotBeUsedIsNamedWithItsLine() throws Exception {
        assertRefused(() -> corpus.readHeldOut(settings("\"heldOut\": \"mail/questions.jsonl\"")), "HELD_OUT_UNUSABLE")
                .contains("there is no file questions.jsonl");
        assertRefused(() -> corpus.readHeldOut(settings("\"heldOut\": \"questions.jsonl\"")), "HELD_OUT_UNUSABLE")
                .contains("names no file; give corpus/file");
        Files.writeString(folder.resolve("questions.jsonl"), "{\"question\": \"how much is pepper?\"\n");
        assertRefused(() -> corpus.readHeldOut(settings("\"heldOut\": \"mail/questions.jsonl\"")), "HELD_OUT_UNUSABLE")
                .contains("line 1 of mail/questions.jsonl is not a held-out question", "spice archive");
        Files.writeString(folder.resolve("questions.jsonl"), "{\"question\": \"f\u00FCr\"}\n", ISO_8859_1);
        assertRefused(() -> corpus.readHeldOut(settings("\"heldOut\": \"mail/questions.jsonl\"")), "HELD_OUT_UNUSABLE")
                .contains("mail/questions.jsonl is not in UTF-8");
    }

    /// The corpus has one letter, which is too small: the file is looked for before the letter is read.
    @Test
    void aHeldOutFileThatIsNotThereIsFoundBeforeTheCorpusIsRead() {
        String settings = "\"corpus\": \"mail/letters\", \"heldOut\": \"mail/questions.jsonl\"";
        assertRefused(() -> corpus.ingest(settings(settings)), "HELD_OUT_UNUSABLE")
                .contains("there is no file questions.jsonl");
    }

    @Test
    void aLineageWithoutACheckpointIsNamedWithThoseThatThereAre() {
        assertRefused(() -> open("\"startFrom\": \"last\""), "LINEAGE_EMPTY")
                .contains("lineage mine has no checkpoint to continue from", "\"startFrom\": \"base\"");
        assertRefused(() -> open("\"startFrom\": \"other@3\""), "LINEAGE_EMPTY")
                .contains("lineage other has no checkpoint of iteration 3", "spice status");
    }

    private void open(String setting) {
        BlobRef nothing = new BlobRef("0".repeat(64), 0);
        checkpoints.open(settings(setting), "mine", new CorpusRef(nothing, 0, 0, 0));
    }

    private static RunSettings settings(String setting) {
        try {
            return SettingsReader.read("{%s}".formatted(setting));
        } catch (InvalidSettings e) {
            throw new AssertionError(e);
        }
    }

    private static AbstractStringAssert<?> assertRefused(Runnable step, String name) {
        FailureSummary trouble = FailureSummary.of(catchThrowable(step::run));
        assertThat(trouble.name()).isEqualTo(name);
        return assertThat(trouble.message()).doesNotContain("\n");
    }
}
