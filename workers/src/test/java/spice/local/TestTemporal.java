package spice.local;

import io.temporal.api.enums.v1.IndexedValueType;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import spice.processes.LiveProcess;
import spice.processes.ProcessPlan;

/// The real Temporal server as its own process, without a stack around it.
public final class TestTemporal implements AutoCloseable {
    private final LocalSettings settings;
    private final ProcessPlan plan;
    private final TemporalServer server;
    private final UiDoor door;
    private Process process;

    private TestTemporal(LocalSettings settings, ProcessPlan plan, TemporalServer server) throws IOException {
        this.settings = settings;
        this.plan = plan;
        this.server = server;
        this.door = UiDoor.open(settings);
        this.process = plan.start();
    }

    /// Starts a server that keeps its files in this folder, and waits until it serves.
    public static TestTemporal start(Path folder) throws IOException, InterruptedException {
        return start(folder, Map.of(), List.of());
    }

    /// Starts a server with these search attributes and with further options of the program.
    public static TestTemporal start(Path folder, Map<String, IndexedValueType> searchAttributes, List<String> options)
            throws IOException, InterruptedException {
        LocalSettings settings = TestStacks.settings(folder, false);
        TemporalServer server = new TemporalServer(TestStacks.binary(), settings, searchAttributes);
        server.requireReady();
        List<String> command =
                Stream.concat(server.command().stream(), options.stream()).toList();
        TestTemporal started =
                new TestTemporal(settings, new ProcessPlan("temporal", command, Map.of(), server.log()), server);
        started.awaitUp();
        return started;
    }

    private void awaitUp() throws InterruptedException {
        try {
            server.awaitUp(LiveProcess.started(process), TemporalServer.START);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /// Kills the server and starts it again on its files and ports.
    public void restart() throws IOException, InterruptedException {
        kill();
        process = plan.start();
        awaitUp();
    }

    private void kill() {
        process.destroyForcibly().onExit().join();
    }

    /// Runs the server's own command line, as an operator would.
    ///
    /// @return its exit code
    public static int operate(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(arguments);
        command.addFirst(TestStacks.binary().path().toString());
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    public String address() {
        return settings.temporalAddress();
    }

    public int port() {
        return settings.temporalPort();
    }

    /// Address of the door to the Web UI.
    public URI ui() {
        return settings.uiAddress();
    }

    /// Where the UI itself listens.
    HiddenUi hiddenUi() {
        return HiddenUi.of(settings);
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        door.close();
        kill();
    }
}
