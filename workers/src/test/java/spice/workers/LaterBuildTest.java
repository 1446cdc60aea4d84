package spice.workers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.temporal.client.WorkflowStub;
import io.temporal.worker.WorkerFactory;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.local.TestTemporal;
import spice.runs.RunReport;
import spice.runs.SpiceSearchAttributes;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;
import spice.store.Json;
import spice.workflows.ScriptedActivities;
import spice.workflows.SelfPlayIterationImpl;
import spice.workflows.SelfPlayRunImpl;
import spice.workflows.StartedIteration;

/// A build whose preset has another learning rate takes over a run that an earlier build has opened.
class LaterBuildTest {
    private static final double LATER = 0.25;

    @TempDir
    Path folder;

    private Pool pool;

    @Test
    void aRunKeepsThePresetThatItWasOpenedWith() throws Exception {
        double opened = SettingsReader.preset("nano").get("learningRate").doubleValue();
        assertThat(opened).isNotEqualTo(LATER);
        CountDownLatch training = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        ScriptedActivities steps = new ScriptedActivities();
        steps.whileTraining = _ -> {
            training.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
        try (TestTemporal temporal = TestTemporal.start(folder.resolve("home"), SpiceSearchAttributes.ALL, List.of());
                URLClassLoader later = new LaterBuild(presetOf(LATER))) {
            pool = new Pool(temporal.port());
            pool.addStepWorker(steps);
            WorkerFactory first = takeRuns(SelfPlayRunImpl.class);
            WorkflowStub run = pool.start("kept", Map.of("iterations", 2));
            training.await();
            first.shutdownNow();
            first.awaitTermination(1, TimeUnit.MINUTES);

            WorkerFactory second = takeRuns(later.loadClass(SelfPlayRunImpl.class.getName()));
            released.countDown();
            run.getResult(RunReport.class);
            assertThat(learningRate("kept/iteration-2")).isEqualTo(opened);

            pool.start("new", Map.of("iterations", 1)).getResult(RunReport.class);
            assertThat(learningRate("new/iteration-1"))
                    .as("what the later build opens")
                    .isEqualTo(LATER);
            second.shutdownNow();
            pool.close();
        }
    }

    private WorkerFactory takeRuns(Class<?> run) {
        WorkerFactory factory = WorkerFactory.newInstance(pool.client());
        TestBuild.worker(factory).registerWorkflowImplementationTypes(run, SelfPlayIterationImpl.class);
        factory.start();
        TestBuild.makeCurrent(pool.stubs());
        return factory;
    }

    private double learningRate(String iteration) {
        return StartedIteration.request(pool.client(), iteration).settings().learningRate();
    }

    private Path presetOf(double learningRate) throws IOException {
        ObjectNode preset = SettingsReader.preset("nano").put("learningRate", learningRate);
        return Files.write(folder.resolve("preset-nano.json"), Json.bytes(preset));
    }

    /// Our own classes once more, with this file for the preset `nano`.
    private static final class LaterBuild extends URLClassLoader {
        private final Path preset;

        LaterBuild(Path preset) {
            super(
                    List.of(RunSettings.class, SelfPlayRunImpl.class).stream()
                            .map(known ->
                                    known.getProtectionDomain().getCodeSource().getLocation())
                            .toArray(URL[]::new),
                    LaterBuildTest.class.getClassLoader());
            this.preset = preset;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                if (!name.startsWith("spice.")) {
                    return super.loadClass(name, resolve);
                }
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }

        @Override
        public @Nullable URL getResource(String name) {
            try {
                return name.equals("spice/settings/preset-nano.json")
                        ? preset.toUri().toURL()
                        : super.getResource(name);
            } catch (MalformedURLException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
