package spice.chaos;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import spice.local.LocalSettings;
import spice.local.Program;
import spice.local.StackView;
import spice.processes.LogFile;

/// A stack for one run, with handles to disturb it: `spice up` and `spice run` as processes, and a proxy between
/// the workers and the S3 server.
final class ChaosStack implements AutoCloseable {
    /// Workflow id and lineage name of every run: equal in all runs, since a checkpoint's digest covers it.
    private static final String LINEAGE = "chaos";

    private static final Duration START = Duration.ofMinutes(3);
    private static final Duration STOP = Duration.ofMinutes(1);

    private final Path home;
    private final StackView view;
    private final Program program;
    private final FewDocuments documents;
    private final S3Link link;
    private final Optional<SmallDisk> disk;
    private final Optional<FakeClock> clock;
    /// Guards the supervisor. Not the lock that guards the command: a start takes seconds, in which the run must
    /// still be watched.
    private final Object supervising = new Object();

    /// Guards the command.
    private final Object following = new Object();
    private @Nullable Process supervisor;
    private @Nullable Process command;

    private ChaosStack(
            LocalSettings settings,
            Program program,
            FewDocuments documents,
            S3Link link,
            Optional<SmallDisk> disk,
            Optional<FakeClock> clock) {
        this.home = settings.home();
        this.view = new StackView(settings);
        this.program = program;
        this.documents = documents;
        this.link = link;
        this.disk = disk;
        this.clock = clock;
    }

    /// Prepares a stack without starting it.
    ///
    /// @param home folder to create for the stack
    /// @param path `PATH` on which a Temporal server is found
    /// @param schedule decides whether a small disk and a fake clock are needed
    static ChaosStack in(Path home, ChaosSettings chaos, FewDocuments documents, String path, Schedule schedule)
            throws IOException, InterruptedException {
        Files.createDirectories(home);
        Files.createSymbolicLink(home.resolve("archive"), chaos.archive());
        LocalSettings settings = chaos.local().elsewhere(home);
        S3Link link = S3Link.open(settings.s3Port());
        Optional<SmallDisk> disk =
                schedule.has(Disturbance.FULL_DISK) ? SmallDisk.mount(settings.cache()) : Optional.empty();
        Optional<FakeClock> clock = schedule.has(Disturbance.CLOCK_JUMP) ? FakeClock.in(home) : Optional.empty();
        Map<String, String> environment =
                new HashMap<>(clock.map(FakeClock::environment).orElse(Map.of()));
        environment.put("PATH", path);
        // The AWS SDK uses the proxy on its own, so the test runs the program unchanged.
        environment.put("HTTP_PROXY", "http://127.0.0.1:%d".formatted(link.port()));
        return new ChaosStack(
                settings, Program.on(settings, chaos.program(), environment), documents, link, disk, clock);
    }

    /// Starts `spice up`, also where leftovers run, and waits until the whole stack serves.
    ///
    /// @throws ChaosFailure if the stack does not come up
    void up() throws IOException, InterruptedException {
        synchronized (supervising) {
            Process started = program.start(
                    output("up"), List.of("up", "--corpus", FewDocuments.NAME + "=" + documents.corpus()));
            supervisor = started;
            if (!view.awaitUp(started, START)) {
                throw new ChaosFailure(
                        started.isAlive()
                                ? "spice up was not up within %d s".formatted(START.toSeconds())
                                : "spice up ended with exit code %d: %s"
                                        .formatted(started.exitValue(), lastLines("up")));
            }
        }
    }

    /// Starts the run.
    void run() throws IOException {
        synchronized (following) {
            command = program.start(
                    output("run"),
                    List.of(
                            "run",
                            "--lineage",
                            LINEAGE,
                            "--settings",
                            documents.settings().toString()));
        }
    }

    /// Kills `spice up` and starts it again, as a person would.
    void killSupervisor() throws IOException, InterruptedException {
        synchronized (supervising) {
            Process killed = requireNonNull(supervisor);
            killed.destroyForcibly().waitFor();
            up();
        }
    }

    /// Kills `spice run` and follows the run again, as a person would.
    void killCommand() throws IOException, InterruptedException {
        synchronized (following) {
            requireNonNull(command).destroyForcibly().waitFor();
            follow();
        }
    }

    /// Starts `spice watch`, which follows the run.
    void follow() throws IOException {
        synchronized (following) {
            command = program.start(output("run"), List.of("watch", LINEAGE));
        }
    }

    /// Whether the run has ended, by the exit of the command that follows it.
    ///
    /// @throws ChaosFailure if the command failed
    boolean hasEnded() {
        synchronized (following) {
            Process current = requireNonNull(command);
            if (current.isAlive()) {
                return false;
            }
            if (current.exitValue() != 0) {
                throw new ChaosFailure(
                        "spice run ended with exit code %d: %s".formatted(current.exitValue(), lastLines("run")));
            }
            return true;
        }
    }

    /// Waits for the process of this name; empty if it does not appear within the time of a start.
    Optional<ProcessHandle> await(String name) throws InterruptedException {
        return view.awaitProcess(name, START);
    }

    /// Output of the commands that started and followed the run.
    String said() throws IOException {
        return Files.readString(output("run"));
    }

    /// Log files of all processes.
    List<Path> logs() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("logs"))) {
            return files.toList();
        }
    }

    StoreFolder store() {
        return new StoreFolder(view.s3Folder().resolve("spice"));
    }

    S3Link link() {
        return link;
    }

    Optional<SmallDisk> disk() {
        return disk;
    }

    Optional<FakeClock> clock() {
        return clock;
    }

    /// The workers' cache of what the store holds.
    Path cache() {
        return view.settings().cache();
    }

    private Path output(String name) {
        return home.resolve("logs").resolve("spice-%s.out".formatted(name));
    }

    private String lastLines(String name) {
        return new LogFile(output(name)).tail();
    }

    /// Stops the command, then the stack.
    ///
    /// @return names of processes that were left over and had to be stopped one by one
    List<String> down() throws InterruptedException {
        synchronized (following) {
            if (command != null) {
                Program.stop(command, STOP);
            }
        }
        synchronized (supervising) {
            if (supervisor != null) {
                Program.stop(supervisor, STOP);
            }
        }
        return view.stopLeftovers();
    }

    @Override
    public void close() {
        try {
            down();
            link.close();
            if (disk.isPresent()) {
                disk.get().close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
