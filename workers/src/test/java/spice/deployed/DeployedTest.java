package spice.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;
import spice.archive.SpiceArchive;
import spice.domain.Seed;
import spice.runs.CheckpointRef;

/// The product in containers, as a person deploys it. Whatever happens to them, the run ends by itself with the
/// checkpoint of an undisturbed run. Each run has its own store, so that it finds no results of another.
@ExtendWith(Images.class)
class DeployedTest {
    private static final int QUESTIONS = 8;

    /// More than the sockets' buffers, less than the nano model's weights.
    private static final int PART_OF_AN_UPLOAD = 1 << 20;

    private static final Map<String, Object> SETTINGS = Map.ofEntries(
            Map.entry("corpus", "ledgers/training/2021"),
            Map.entry("heldOut", "ledgers/held-out.jsonl"),
            Map.entry("iterations", 2),
            Map.entry("documentsPerIteration", 16),
            Map.entry("heldOutAttempts", 1),
            Map.entry("updateBatch", 32),
            Map.entry("passAt", 0),
            Map.entry("coEvolutionDocuments", 0),
            Map.entry("heartbeatSeconds", 5));

    @TempDir
    private static Path folder;

    private static Path corpus = Path.of("");
    private static @Nullable CheckpointRef undisturbed;

    @BeforeAll
    static void runUndisturbed() throws Exception {
        Deployment.sweep();
        corpus = corpus();
        try (Deployment deployment = Deployment.start(corpus)) {
            deployment.begin(SETTINGS);
            CheckpointRef last = deployment.end().checkpoint();
            assertThat(last.iteration()).isEqualTo(2);
            undisturbed = last;
        }
    }

    /// The spice merchant's archive with only a few questions.
    private static Path corpus() throws IOException {
        Path archive = folder.resolve("archive");
        SpiceArchive.write(archive, new Seed(1));
        Path questions = archive.resolve(SpiceArchive.QUESTIONS);
        Files.write(questions, Files.readAllLines(questions).subList(0, QUESTIONS));
        return archive;
    }

    @Test
    void eachContainerIsKilled() throws Exception {
        try (Deployment deployment = Deployment.start(corpus)) {
            deployment.begin(SETTINGS);
            deployment.awaitStep("Pose", 1);
            deployment.killAndRestart(deployment.gpuWorker());
            deployment.awaitStep("Attempt", 1);
            deployment.killAndRestart(deployment.s3());
            deployment.awaitStep("Train", 1);
            deployment.killAndRestart(deployment.temporal());
            deployment.awaitStep("Attempt", 2);
            deployment.killAndRestart(deployment.cpuWorker());

            assertThat(deployment.end().checkpoint()).isEqualTo(undisturbed);
        }
    }

    @Test
    void aWorkerIsPausedAndThenCutOffForLongerThanItsHeartbeatMayBeSilent() throws Exception {
        try (Deployment deployment = Deployment.start(corpus)) {
            GenericContainer<?> worker = deployment.gpuWorker();
            deployment.begin(SETTINGS);
            deployment.interrupt(1, () -> deployment.pause(worker), () -> deployment.unpause(worker));
            deployment.interrupt(2, () -> deployment.cutOff(worker), () -> deployment.reconnect(worker));

            assertThat(deployment.end().checkpoint()).isEqualTo(undisturbed);
        }
    }

    @Test
    void theStoreIsRestartedInTheMiddleOfAnUpload() throws Exception {
        try (Deployment deployment = Deployment.startWithRelay(corpus, PART_OF_AN_UPLOAD)) {
            deployment.begin(SETTINGS);
            deployment.awaitOutput("relay", HoldingRelay.HOLDS);
            deployment.killAndRestart(deployment.s3());

            assertThat(deployment.end().checkpoint()).isEqualTo(undisturbed);
        }
    }
}
