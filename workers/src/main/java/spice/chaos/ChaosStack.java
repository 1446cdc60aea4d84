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

/// A stack for one run, with all that can be done to it: `spice up` as a process, `spice run` as a process beside
/// it, and an S3 server that the workers reach over a line of ours.
final class ChaosStack implements AutoCloseable {
    /// The workflow's id, and so the lineage's name, which a checkpoint's digest holds: the same in every run.
    private static final String LINEAGE = "chaos";

    private static final Duration START = Duration.ofMinutes(3);
    private static final Duration STOP = Duration.ofMinutes(1);
    private static final Duration LOOK = Duration.ofMillis(50);

    private final Path home;
    private final StackView view;
    private final Program program;
    private final FewDocuments documents;
    private final S3Link link;
    private final Optional<SmallDisk> disk;
    private final Optional<FakeClock> clock;
    /// Two locks, since a start takes seconds, in which the run is to be looked at.
    private final Object supervising = new Object();

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

    /// A stack that is not up yet.
    ///
    /// @param home is made
    /// @param path where a Temporal server is found
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
        // The AWS SDK goes through a proxy as anybody's would, so that what is proved is the program as it is.
        environment.put("HTTP_PROXY", "http://127.0.0.1:%d".formatted(link.port()));
        return new ChaosStack(
                settings, Program.on(settings, chaos.program(), environment), documents, link, disk, clock);
    }

    /// Starts `spice up`, whatever may be running, and waits until all of it serves.
    void up() throws IOException, InterruptedException {
        synchronized (supervising) {
            Process started = program.start(
                    output("up"), List.of("up", "--corpus", FewDocuments.NAME + "=" + documents.corpus()));
            supervisor = started;
            long deadline = System.nanoTime() + START.toNanos();
            while (!view.isUp()) {
                if (!started.isAlive()) {
                    throw new ChaosFailure(
                            "spice up ended with exit code %d: %s".formatted(started.exitValue(), lastLines("up")));
                }
                if (System.nanoTime() > deadline) {
                    throw new ChaosFailure("spice up was not up within %d s".formatted(START.toSeconds()));
                }
                Thread.sleep(LOOK);
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

    /// Kills `spice up`, and starts it again, as a person would.
    void killSupervisor() throws IOException, InterruptedException {
        synchronized (supervising) {
            Process killed = requireNonNull(supervisor);
            killed.destroyForcibly().waitFor();
            up();
        }
    }

    /// Kills `spice run`, and comes back to the run, as a person would.
    void killCommand() throws IOException, InterruptedException {
        synchronized (following) {
            requireNonNull(command).destroyForcibly().waitFor();
            follow();
        }
    }

    /// Comes back to the run.
    void follow() throws IOException {
        synchronized (following) {
            command = program.start(output("run"), List.of("watch", LINEAGE));
        }
    }

    /// Whether the run has ended, as far as the command line says.
    ///
    /// @throws ChaosFailure if it says that it failed
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

    /// The process of this name, once it is there.
    Optional<ProcessHandle> await(String name) throws InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        Optional<ProcessHandle> found = view.process(name);
        while (found.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(LOOK);
            found = view.process(name);
        }
        return found;
    }

    /// What the command line has said.
    String said() throws IOException {
        return Files.readString(output("run"));
    }

    /// What all processes have written.
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
        try {
            List<String> lines = Files.readAllLines(output(name));
            return String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /// Stops all of it in order.
    ///
    /// @return what was still there afterwards
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
