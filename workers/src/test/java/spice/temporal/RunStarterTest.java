package spice.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.worker.WorkerFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.cli.ScriptedWorkers;
import spice.local.TestTemporal;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.runs.SpiceSearchAttributes;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;
import spice.store.Json;
import spice.workflows.ScriptedActivities;

/// What is asked before weights are stored for a run, on the real server.
class RunStarterTest {
    @TempDir
    Path folder;

    @Test
    void whatTheWorkersLackIsFoundBeforeWeightsAreStored() throws Exception {
        ScriptedActivities activities = new ScriptedActivities();
        CountDownLatch held = new CountDownLatch(1);
        activities.whileTraining = _ -> {
            try {
                held.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
        try (TestTemporal server = TestTemporal.start(folder, SpiceSearchAttributes.ALL, List.of());
                TemporalConnection temporal = ScriptedWorkers.connect(server)) {
            WorkerFactory workers = ScriptedWorkers.start(temporal.client(), activities);
            assertRefused(temporal, "{\"corpus\": \"ownn\"}", "CORPUS_UNUSABLE: there is no corpus ownn");
            assertRefused(temporal, "{\"trainer\": \"torchrum\"}", "LAUNCHER_UNKNOWN: there is no launcher torchrum");
            RunStarter.check(temporal, "mine", settings("{}"));
            assertThat(activities.calls)
                    .containsExactly(
                            "requireCorpus ownn",
                            "requireCorpus archive/training",
                            "requireTrainer torchrum",
                            "requireCorpus archive/training");

            RunStarter.start(temporal, "mine", Json.mapper().createObjectNode());
            assertRefused(temporal, "{}", "lineage mine is being run already");
            held.countDown();
            workers.shutdownNow();
        }
    }

    private static void assertRefused(TemporalConnection temporal, String settings, String reason) {
        assertThatThrownBy(() -> RunStarter.check(temporal, "mine", settings(settings)))
                .isInstanceOfSatisfying(
                        UserError.class, error -> assertThat(error.exitCode()).isEqualTo(ExitCode.BAD_INPUT))
                .hasMessageContaining(reason);
    }

    private static RunSettings settings(String json) throws Exception {
        return SettingsReader.read(json);
    }
}
