package spice.activities;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.testing.TestActivityEnvironment;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import spice.checkpoints.CheckpointManifest;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.IterationRecord;
import spice.judging.Samples;
import spice.runs.CheckpointRef;
import spice.runs.CorpusRef;
import spice.runs.IterationMetrics;
import spice.runs.IterationRequest;
import spice.runs.OpenedRun;
import spice.runs.StepSeconds;
import spice.runs.TrainMetrics;
import spice.settings.RunSettings;
import spice.settings.SettingsIdentity;
import spice.steps.WorkerHeartbeats;
import spice.store.BlobRef;
import spice.store.InMemoryBlobStore;
import spice.store.Json;
import spice.training.TrainedState;
import spice.workflows.CheckpointActivities;
import spice.workflows.JudgeActivities.Scored;
import spice.workflows.TrainerActivities.Trained;

/// What an operator's change, a retry with other settings and a skipped iteration leave in the store: a lineage
/// that draws three documents an iteration, with a few words in place of weights.
class CheckpointActivitiesTest {
    private static final Path MODELS = Path.of("../models").toAbsolutePath().normalize();
    private static final StepSeconds SECONDS = new StepSeconds(0.1, 2, 1, 0.1, 2);

    private final InMemoryBlobStore store = new InMemoryBlobStore();
    private final Checkpoints checkpoints = new Checkpoints(store);
    private final TestActivityEnvironment environment = Activities.environment();
    private final List<Map.Entry<CheckpointRef, Integer>> heard = new ArrayList<>();
    private CheckpointActivities steps;
    private OpenedRun run;

    @BeforeEach
    void open() {
        environment.registerActivitiesImplementations(new CheckpointActivitiesImpl(
                store,
                MODELS,
                "this machine",
                "test",
                new WorkerHeartbeats(null, WorkerHeartbeats.PATIENCE, () -> {}),
                Clock.systemUTC(),
                (checkpoint, settings) -> heard.add(Map.entry(checkpoint, settings.keepLast()))));
        steps = environment.newActivityStub(CheckpointActivities.class);
        CorpusRef corpus = new CorpusRef(blob("corpus"), 10, 40, 0);
        CheckpointActivities.StartingPoint start = steps.open(settings(""), "mine", corpus);
        run = new OpenedRun("mine", start.branch(), start.base(), start.start(), corpus, blob("held-out"));
    }

    @AfterEach
    void stop() {
        environment.close();
    }

    private static RunSettings settings(String more) {
        return Samples.settings("{\"documentsPerIteration\": 3%s}".formatted(more));
    }

    private BlobRef blob(String text) {
        return store.put(text.getBytes(UTF_8));
    }

    private IterationRequest iteration(OpenedRun of, CheckpointRef policy, String more, String... changes) {
        return new IterationRequest(
                settings(more), of, policy.iteration() + 1, policy, List.of(changes), Optional.empty());
    }

    /// Commits an iteration of two updates.
    private CheckpointRef commit(IterationRequest iteration, String weights) {
        TrainedState state = new TrainedState(
                Map.of("weights", blob(weights)),
                Optional.of(blob("optimizer of " + weights)),
                iteration.number() * 2L,
                TrainMetrics.NONE);
        Scored scored = new Scored(blob("trajectories"), blob("tasks"), metrics(), Optional.of(blob("passages")));
        Trained trained =
                new Trained(store.put(Json.bytes(state)), state.updates(), TrainMetrics.NONE, Optional.empty());
        return steps.commit(iteration, scored, trained, SECONDS);
    }

    private static IterationMetrics metrics() {
        return new IterationMetrics(
                24,
                0.75,
                Map.of(),
                Map.of(),
                18,
                Optional.of(0.5),
                Optional.of(0.4),
                Map.of(),
                Map.of(),
                0,
                0,
                12,
                Optional.of(18.0),
                Optional.empty(),
                600,
                3);
    }

    private CheckpointManifest manifest(CheckpointRef checkpoint) {
        return checkpoints.manifest(checkpoint);
    }

    private List<CheckpointRef> line() {
        return checkpoints.on("mine", checkpoints.line("mine")).toList();
    }

    @Test
    void aCommitSaysWhatItRestsOn() {
        CheckpointRef first = commit(iteration(run, run.start(), ""), "one");
        CheckpointRef second = commit(iteration(run, first, ""), "two");

        assertThat(first.name()).isEqualTo("checkpoints/mine/%s/00000001".formatted(run.branch()));
        CheckpointManifest manifest = manifest(second);
        assertThat(manifest.parent()).contains(first.manifest());
        assertThat(manifest.files()).containsExactly(Map.entry("weights", blob("two")));
        assertThat(manifest.optimizer()).contains(blob("optimizer of two"));
        assertThat(manifest.updates()).isEqualTo(4);
        assertThat(manifest.documentsDrawn()).isEqualTo(6);
        assertThat(manifest.settings().map(Object::toString))
                .contains(SettingsIdentity.effective(settings("")).toString());
        assertThat(manifest.changes()).isEmpty();
        assertThat(manifest.corpus()).contains(run.corpus().manifest());
        assertThat(manifest.hardware()).isEqualTo("this machine");
        assertThat(manifest(first).documentsDrawn()).isEqualTo(3);
        assertThat(line()).containsExactly(first, second);
    }

    @Test
    void whoeverListensHearsOfACommitWithTheSettingsThatHold() {
        CheckpointRef first = commit(iteration(run, run.start(), ", \"keepLast\": 3"), "first");

        assertThat(heard).containsExactly(Map.entry(first, 3));
    }

    @Test
    void theFirstToCommitAnIterationWins() {
        CheckpointRef first = commit(iteration(run, run.start(), ""), "one");
        assertThat(commit(iteration(run, run.start(), ""), "another")).isEqualTo(first);
        assertThat(manifest(first).files()).containsEntry("weights", blob("one"));
    }

    @Test
    void aChangeOpensABranchAndStandsInItsFirstManifestOnly() {
        CheckpointRef first = commit(iteration(run, run.start(), ""), "one");
        String faster = ", \"learningRate\": 0.001";

        OpenedRun turned = steps.turn(run, settings(faster), first);
        CheckpointRef second = commit(iteration(turned, first, faster, "learningRate 0.001 from iteration 2"), "two");
        CheckpointRef third = commit(iteration(turned, second, faster), "three");

        assertThat(turned.branch()).isNotEqualTo(run.branch());
        assertThat(turned.start()).isEqualTo(first);
        assertThat(turned)
                .usingRecursiveComparison()
                .ignoringFields("branch", "start")
                .isEqualTo(run);
        assertThat(manifest(second).branch()).isEqualTo(turned.branch());
        assertThat(manifest(second).changes()).containsExactly("learningRate 0.001 from iteration 2");
        assertThat(manifest(second).settings().orElseThrow().get("learningRate").doubleValue())
                .isEqualTo(0.001);
        assertThat(manifest(second).documentsDrawn()).isEqualTo(6);
        assertThat(manifest(third).changes()).isEmpty();
        assertThat(line()).containsExactly(first, second, third);
        assertThat(IterationRecord.of(store, second).orElseThrow().changes())
                .containsExactly("learningRate 0.001 from iteration 2");
    }

    @Test
    void theSameSettingsFromTheSameCheckpointLeadToTheSameBranch() {
        CheckpointRef first = commit(iteration(run, run.start(), ""), "one");
        OpenedRun turned = steps.turn(run, settings(", \"seed\": 2"), first);
        CheckpointRef second = commit(iteration(turned, first, ", \"seed\": 2"), "two");

        OpenedRun again = steps.turn(run, settings(", \"seed\": 2, \"heartbeatSeconds\": 60, \"poseLanes\": 4"), first);
        OpenedRun back = steps.turn(turned, settings(""), run.start());

        assertThat(again).isEqualTo(turned);
        assertThat(checkpoints.find("mine", again.branch(), 2)).contains(second);
        assertThat(back).isEqualTo(run);
        assertThat(checkpoints.find("mine", back.branch(), 1)).contains(first);
    }

    @Test
    void aRetryWithOtherSettingsLeavesWhatWasCommittedBesideTheLine() {
        CheckpointRef first = commit(iteration(run, run.start(), ""), "one");
        CheckpointRef left = commit(iteration(run, first, ""), "two");

        OpenedRun turned = steps.turn(run, settings(", \"groupSize\": 4"), first);
        CheckpointRef second = commit(iteration(turned, first, ", \"groupSize\": 4"), "other two");

        assertThat(second.iteration()).isEqualTo(left.iteration());
        assertThat(second.manifest()).isNotEqualTo(left.manifest());
        assertThat(line()).containsExactly(first, second);
        assertThat(checkpoints.at("mine", 2)).contains(second);
        assertThat(checkpoints.all()).contains(left);
        assertThat(manifest(second).parent()).contains(first.manifest());
    }

    @Test
    void aSkippedIterationIsThePolicyAsItWasWithItsDocumentsPassedOver() {
        CheckpointRef first = commit(iteration(run, run.start(), ""), "one");

        CheckpointActivities.Skipped skipped =
                steps.skip(iteration(run, first, "", "groupSize 4 from iteration 2"), "bad documents");

        CheckpointManifest manifest = manifest(skipped.checkpoint());
        assertThat(skipped.checkpoint().iteration()).isEqualTo(2);
        assertThat(skipped.checkpoint().branch())
                .isEqualTo(skipped.run().branch())
                .isNotEqualTo(run.branch());
        assertThat(skipped.run().start()).isEqualTo(first);
        assertThat(manifest.parent()).contains(first.manifest());
        assertThat(manifest.files()).isEqualTo(manifest(first).files());
        assertThat(manifest.optimizer()).contains(blob("optimizer of one"));
        assertThat(manifest.updates()).isEqualTo(2);
        assertThat(manifest.documentsDrawn()).isEqualTo(6);
        assertThat(manifest.changes())
                .containsExactly("groupSize 4 from iteration 2", "iteration 2 skipped: bad documents");
        assertThat(List.of(manifest.trajectories(), manifest.tasks(), manifest.metrics()))
                .containsOnly(Optional.empty());
        assertThat(IterationRecord.of(store, skipped.checkpoint()).orElseThrow().metrics())
                .isEmpty();

        CheckpointRef third = commit(iteration(skipped.run(), skipped.checkpoint(), ""), "three");
        assertThat(manifest(third).documentsDrawn()).isEqualTo(9);
        assertThat(manifest(third).changes()).isEmpty();
        assertThat(line()).containsExactly(first, skipped.checkpoint(), third);
    }

    @Test
    void aSkipIsRepeatedOnItsBranchAndAnotherHasAnother() {
        CheckpointRef first = commit(iteration(run, run.start(), ""), "one");
        CheckpointActivities.Skipped skipped = steps.skip(iteration(run, first, ""), "bad documents");

        assertThat(steps.skip(iteration(run, first, ""), "bad documents")).isEqualTo(skipped);
        CheckpointActivities.Skipped next =
                steps.skip(iteration(skipped.run(), skipped.checkpoint(), ""), "bad documents");
        CheckpointActivities.Skipped other = steps.skip(iteration(run, first, ""), "other reason");

        List<String> branches = new ArrayList<>(List.of(run.branch()));
        List.of(skipped, next, other).forEach(one -> branches.add(one.run().branch()));
        assertThat(branches).doesNotHaveDuplicates();
        assertThat(manifest(next.checkpoint()).files())
                .isEqualTo(manifest(first).files());
        assertThat(manifest(next.checkpoint()).documentsDrawn()).isEqualTo(9);
    }

    @Test
    void aForkStartsItsOwnLineageWithTheParentsOptimizerAndDocuments() {
        CheckpointRef first = commit(iteration(run, run.start(), ""), "one");

        String fork = ", \"startFrom\": \"mine@1\", \"learningRate\": 0.0001";
        CheckpointActivities.StartingPoint start = steps.open(settings(fork), "gentler", run.corpus());
        OpenedRun forked =
                new OpenedRun("gentler", start.branch(), start.base(), start.start(), run.corpus(), run.heldOut());
        CheckpointRef second = commit(iteration(forked, start.start(), fork), "two");

        assertThat(start.start()).isEqualTo(first);
        assertThat(second.lineage()).isEqualTo("gentler");
        assertThat(second.iteration()).isEqualTo(2);
        assertThat(manifest(second).parent()).contains(first.manifest());
        assertThat(manifest(second).documentsDrawn()).isEqualTo(6);
        assertThat(checkpoints.last("mine")).contains(first);
        assertThat(checkpoints.last("gentler")).contains(second);
    }
}
