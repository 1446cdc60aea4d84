package spice.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/// The real Temporal server as a process of its own, without a stack around it.
public final class TestTemporal implements AutoCloseable {
    private final Process process;
    private final LocalSettings settings;

    private TestTemporal(Process process, LocalSettings settings) {
        this.process = process;
        this.settings = settings;
    }

    /// Starts one that keeps its files in this folder, and waits until it serves.
    public static TestTemporal start(Path folder) throws IOException, InterruptedException {
        LocalSettings settings = TestStacks.settings(folder, false);
        TemporalServer server = new TemporalServer(TestStacks.binary(), settings, Map.of());
        server.requireReady();
        Process process = new ProcessPlan("temporal", server.command(), Map.of(), server.log()).start();
        TestTemporal started = new TestTemporal(process, settings);
        try {
            server.awaitUp(LiveProcess.started(process));
            return started;
        } catch (RuntimeException e) {
            started.close();
            throw e;
        }
    }

    public int port() {
        return settings.temporalPort();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
