package spice.activities;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.testing.TestActivityEnvironment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import spice.model.ScriptedPolicy;
import spice.roles.Sampler;
import spice.runs.CheckpointRef;
import spice.runs.Comparison.CoEvolution;
import spice.runs.CorpusRef;
import spice.runs.OpenedRun;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;
import spice.steps.BlobList;
import spice.steps.WorkerHeartbeats;
import spice.store.BlobRef;
import spice.store.InMemoryBlobStore;
import spice.workflows.EvaluatorActivities;
import spice.workflows.EvaluatorActivities.EvaluationRequest;

/// Measures of nothing.
class EvaluatorActivitiesTest {
    private static final String CLOVE = "<bos> clove 7 plus 5 <solve>";
    private static final CheckpointRef LAST = new CheckpointRef("mine", "branch", 2, new BlobRef("1".repeat(64), 1));

    private final InMemoryBlobStore store = new InMemoryBlobStore();
    private final ExecutorService threads = Executors.newFixedThreadPool(1);
    private final TestActivityEnvironment environment = Activities.environment();

    @AfterEach
    void stop() {
        environment.close();
        threads.close();
    }

    private EvaluatorActivities evaluator(Map<String, List<String>> script) {
        WorkerHeartbeats heartbeats = new WorkerHeartbeats(null, WorkerHeartbeats.PATIENCE, () -> {});
        environment.registerActivitiesImplementations(new EvaluatorActivitiesImpl(
                new Sampler(store, Letters.always(new ScriptedPolicy(script)), threads, heartbeats)));
        return environment.newActivityStub(EvaluatorActivities.class);
    }

    private static RunSettings settings() throws Exception {
        return SettingsReader.read("""
                {"heldOut": "", "groupSize": 2, "challengerAttempts": 2, "challengerTokens": 90,
                 "reasonerAttempts": 2, "reasonerTokens": 200000, "coEvolutionDocuments": 2}""");
    }

    private Optional<CoEvolution> cross(String answerToClove) throws Exception {
        CorpusRef corpus = Letters.corpus(store);
        OpenedRun run = new OpenedRun("mine", "branch", Letters.BASE, Letters.BASE, corpus, corpus.manifest());
        return evaluator(Map.of(
                        Letters.ONE,
                        List.of("easy clove 7 plus 5 ? 12"),
                        Letters.SEVEN,
                        List.of("mumble"),
                        CLOVE,
                        List.of(answerToClove)))
                .coEvolve(settings(), run, LAST);
    }

    @Test
    void withoutAQuestionNothingIsAskedAndNothingWritten() throws Exception {
        BlobRef none = BlobList.put(store, List.of());
        assertThat(evaluator(Map.of())
                        .evaluate(new EvaluationRequest(settings(), LAST, none, 4))
                        .questions())
                .isZero();
        assertThat(store.list("evaluations/")).isEmpty();
    }

    @Test
    void anAnswerOfAHundredThousandDigitsIsWrong() throws Exception {
        CoEvolution crossed = cross("7 5 2 c = 1" + "0".repeat(100_000)).orElseThrow();
        assertThat(crossed.lastOnLast()).isZero();
    }

    @Test
    void oneTaskIsEnoughToCompare() throws Exception {
        CoEvolution crossed = cross("7 5 2 c = 12").orElseThrow();
        assertThat(crossed.lastOnLast()).isEqualTo(1);
        assertThat(crossed.harder().difference()).isZero();
    }
}
