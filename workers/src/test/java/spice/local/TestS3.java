package spice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import spice.processes.LogFile;
import spice.processes.ProcessPlan;

/// The real S3 server as its own process, without a stack around it.
public final class TestS3 implements AutoCloseable {
    private final LocalSettings settings;
    private Process process;

    private TestS3(LocalSettings settings, Process process) {
        this.settings = settings;
        this.process = process;
    }

    /// Starts a server on the files and the port of these settings, and waits until it answers.
    public static TestS3 start(LocalSettings settings) throws IOException, InterruptedException {
        return new TestS3(settings, process(settings));
    }

    private static Process process(LocalSettings settings) throws IOException, InterruptedException {
        LogFile log = new LogFile(settings.home().resolveSibling("s3.log"));
        List<String> arguments = List.of(
                settings.s3Folder().toString(),
                Integer.toString(settings.s3Port()),
                settings.s3KeyFile().toString(),
                settings.meters().toString());
        Process server = new ProcessPlan(
                        "s3", ProcessPlan.java("128m", S3Server.class.getName(), arguments), Map.of(), log)
                .start();
        while (!answers(settings)) {
            assertThat(server.isAlive()).as(log.tail()).isTrue();
            Thread.sleep(50);
        }
        return server;
    }

    private static boolean answers(LocalSettings settings) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(LocalSettings.LOOPBACK, settings.s3Port()));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// Kills the server and starts it again on its files and port.
    void restart() throws IOException, InterruptedException {
        close();
        process = process(settings);
    }

    /// Kills the server.
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
