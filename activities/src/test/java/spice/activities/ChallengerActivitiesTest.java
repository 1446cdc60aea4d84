package spice.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.temporal.testing.TestActivityEnvironment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import spice.corpus.Corpora;
import spice.domain.Task;
import spice.model.ScriptedPolicy;
import spice.policies.PolicySource;
import spice.roles.Sampler;
import spice.runs.CorpusRef;
import spice.runs.FailureSummary;
import spice.runs.IterationRequest;
import spice.runs.LaneReport;
import spice.runs.OpenedRun;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;
import spice.steps.BlobList;
import spice.steps.WorkerHeartbeats;
import spice.store.BlobRef;
import spice.store.InMemoryBlobStore;
import spice.workflows.ChallengerActivities;
import spice.workflows.ChallengerActivities.PoseRequest;

/// The held-out questions of a first Challenger that poses few tasks or none.
class ChallengerActivitiesTest {
    private final InMemoryBlobStore store = new InMemoryBlobStore();
    private final ExecutorService threads = Executors.newFixedThreadPool(1);
    private final TestActivityEnvironment environment = Activities.environment();

    @AfterEach
    void stop() {
        environment.close();
        threads.close();
    }

    /// Shards of one document, and groups of two tasks.
    private static RunSettings settings() throws Exception {
        return SettingsReader.read("""
                {"heldOut": "", "documentsPerIteration": 2, "groupSize": 2, "challengerAttempts": 2,
                 "challengerTokens": 90, "poseShardDocuments": 1}""");
    }

    private ChallengerActivities challenger(Map<String, List<String>> script) {
        PolicySource policies = Letters.always(new ScriptedPolicy(script));
        WorkerHeartbeats heartbeats = new WorkerHeartbeats(null, WorkerHeartbeats.PATIENCE, () -> {});
        environment.registerActivitiesImplementations(
                new ChallengerActivitiesImpl(new Sampler(store, policies, threads, heartbeats)));
        return environment.newActivityStub(ChallengerActivities.class);
    }

    /// Four of six replies are unreadable and two quote what is not there. Replies of both kinds come first; what
    /// acts on a terminal or as Markdown is gone.
    @Test
    void withoutAnyValidTaskItFailsWithTheSharesOfTheRefusalsAndThreeReplies() throws Exception {
        ChallengerActivities challenger = challenger(Map.of(
                Letters.ONE, List.of("easy clove 7 plus 5 ? 13"),
                Letters.FOUR, List.of("Once \u001b[31mupon\n\na `time`"),
                Letters.SEVEN, List.of("", "mumble ".repeat(12))));
        FailureSummary trouble = FailureSummary.of(
                catchThrowable(() -> challenger.poseHeldOut(settings(), Letters.BASE, Letters.corpus(store))));
        assertThat(trouble.name()).isEqualTo("NO_VALID_TASKS");
        assertThat(trouble.message()).isEqualTo("""
                the first Challenger posed no valid task on archive/training. Refused, of 6 replies: UNREADABLE 67 %, \
                QUOTE_NOT_IN_DOCUMENT 33 %. The nano model can read only ledgers; for these documents take a larger model.
                - `letter-04.txt`, UNREADABLE (`not of the form 'level item number plus|minus number ? number': \
                Once [31mupon a 'time'`): `Once [31mupon a 'time'`
                - `letter-01.txt`, QUOTE_NOT_IN_DOCUMENT (`not in the document: clove 7 plus 5 is 13`): \
                `easy clove 7 plus 5 ? 13`
                - `letter-07.txt`, UNREADABLE (`not of the form 'level item number plus|minus number ? number':`): nothing""");
    }

    /// The first iteration finds what the check has posed on its documents.
    @Test
    void aValidTaskOnTheFirstIterationsDocumentsIsEnoughAndNotPosedTwice() throws Exception {
        RunSettings settings = settings();
        CorpusRef corpus = Letters.corpus(store);
        ChallengerActivities challenger = challenger(Map.of(
                Letters.ONE,
                List.of("easy clove 7 plus 5 ? 12"),
                Letters.FOUR,
                List.of("mumble"),
                Letters.SEVEN,
                List.of("mumble")));
        assertThat(questions(challenger.poseHeldOut(settings, Letters.BASE, corpus)))
                .isEmpty();
        IterationRequest first = new IterationRequest(
                settings,
                new OpenedRun("mine", "branch", Letters.BASE, Letters.BASE, corpus, Letters.BASE.manifest()),
                1,
                Letters.BASE,
                List.of(),
                Optional.empty());
        BlobRef drawn = BlobList.put(store, Corpora.draw(store, corpus.manifest(), settings, 0));
        LaneReport posed = challenger.pose(new PoseRequest(first, drawn, 0));
        assertThat(posed.found()).isEqualTo(2);
        assertThat(posed.tokens()).isZero();
    }

    /// The script knows the prompt of the letter that is held back, and no other.
    @Test
    void aValidTaskOnTheDocumentsHeldBackIsAQuestion() throws Exception {
        ChallengerActivities challenger = challenger(Map.of(Letters.FOUR, List.of("easy mace 1 plus 1 ? 2", "mumble")));
        assertThat(questions(challenger.poseHeldOut(settings(), Letters.BASE, Letters.corpus(store))))
                .extracting(Task::answer)
                .containsExactly("2");
    }

    private List<Task> questions(BlobRef heldOut) {
        return BlobList.get(store, heldOut, Task.class);
    }
}
