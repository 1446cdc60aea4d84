package spice.activities;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.checkpoints.CheckpointManifest;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.CommitListener;
import spice.ingest.CorpusManifest;
import spice.runs.Payloads;
import spice.runs.RunReport;
import spice.runs.SpiceSearchAttributes;
import spice.steps.WorkerHeartbeats;
import spice.store.InMemoryBlobStore;
import spice.workflows.Nightly.NightReport;
import spice.workflows.NightlyImpl;
import spice.workflows.ScriptedActivities;
import spice.workflows.SelfPlayIterationImpl;
import spice.workflows.SelfPlayRunImpl;
import spice.workflows.TaskQueues;

/// Night after night: real documents, real checkpoints in a store; only the model is scripted.
class NightsTest {
    private static final Path MODELS = Path.of("../models").toAbsolutePath().normalize();
    private static final Map<String, Object> SETTINGS = Map.of(
            "corpus", "letters", "heldOut", "", "documentsPerIteration", 2, "iterations", 2, "coEvolutionDocuments", 0);

    @TempDir
    Path folder;

    private final InMemoryBlobStore store = new InMemoryBlobStore();
    private final Checkpoints checkpoints = new Checkpoints(store);
    private TestWorkflowEnvironment environment;

    @BeforeEach
    void start() throws Exception {
        environment = TestWorkflowEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
                .setUseTimeskipping(false)
                .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                        .setDataConverter(Payloads.converter())
                        .build())
                .build());
        SpiceSearchAttributes.ALL.forEach(environment::registerSearchAttribute);
        WorkerHeartbeats heartbeats = new WorkerHeartbeats(
                environment.getWorkflowClient().newActivityCompletionClient(), WorkerHeartbeats.PATIENCE, () -> {});
        ScriptedModel model = new ScriptedModel(store, new ScriptedActivities());
        environment
                .newWorker(TaskQueues.RUNS)
                .registerWorkflowImplementationTypes(
                        SelfPlayRunImpl.class, SelfPlayIterationImpl.class, NightlyImpl.class);
        environment
                .newWorker(TaskQueues.CPU)
                .registerActivitiesImplementations(
                        new CorpusActivitiesImpl(store, Map.of("letters", folder.toString()), MODELS, heartbeats),
                        new CheckpointActivitiesImpl(
                                store,
                                MODELS,
                                "this machine",
                                "test",
                                heartbeats,
                                Clock.systemUTC(),
                                CommitListener.NONE),
                        model);
        environment.newWorker(TaskQueues.SAMPLE).registerActivitiesImplementations(model);
        environment.newWorker(TaskQueues.TRAIN).registerActivitiesImplementations(model);
        environment.start();
        for (String spice : List.of("cloves", "ginger", "mace", "pepper")) {
            write(spice);
        }
    }

    @AfterEach
    void stop() {
        environment.close();
    }

    private void write(String spice) throws IOException {
        Files.writeString(folder.resolve(spice + ".txt"), "A sack of %1$s is sold, and %1$s is dear.".formatted(spice));
    }

    private RunReport night(String name) {
        WorkflowStub night = environment
                .getWorkflowClient()
                .newUntypedWorkflowStub(
                        "Nightly",
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(TaskQueues.RUNS)
                                .setWorkflowId(name)
                                .build());
        night.start(Map.of("lineage", "mine", "settings", SETTINGS));
        return night.getResult(NightReport.class).run().orElseThrow();
    }

    private List<String> documents(CheckpointManifest manifest) {
        return CorpusManifest.read(store, manifest.corpus().orElseThrow()).sources().stream()
                .map(CorpusManifest.Source::path)
                .toList();
    }

    @Test
    void theSecondNightGoesOnFromTheFirstWithWhatCameInBetween() throws Exception {
        RunReport first = night("night-1");
        write("saffron");
        RunReport second = night("night-2");

        assertThat(first.run().start().lineage()).isEqualTo("base");
        assertThat(first.checkpoint().iteration()).isEqualTo(2);
        assertThat(second.run().start()).isEqualTo(first.checkpoint());
        assertThat(second.checkpoint().iteration()).isEqualTo(4);
        assertThat(checkpoints.last("mine")).contains(second.checkpoint());
        assertThat(checkpoints.on("mine", checkpoints.line("mine")))
                .extracting(at -> checkpoints.manifest(at).documentsDrawn())
                .containsExactly(2L, 4L, 6L, 8L);
        CheckpointManifest third =
                checkpoints.manifest(checkpoints.at("mine", 3).orElseThrow());
        assertThat(third.parent()).contains(first.checkpoint().manifest());

        assertThat(documents(checkpoints.manifest(first.checkpoint())))
                .containsExactly("cloves.txt", "ginger.txt", "mace.txt", "pepper.txt");
        assertThat(documents(third))
                .containsExactly("cloves.txt", "ginger.txt", "mace.txt", "pepper.txt", "saffron.txt");
    }
}
