package spice.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A job as a process with all that it starts. Its output goes into the worker's log; lines of standard output that
/// begin with `spice: ` are progress too. Its standard input stays open as long as somebody watches the job. The
/// job must read it, and end when it ends, so that no job outlives a killed worker.
public final class JobProcess implements AutoCloseable {
    /// Prefix of a line of progress.
    private static final String PROGRESS = "spice: ";

    private static final Logger log = LoggerFactory.getLogger(JobProcess.class);
    /// Starts the job in its own session: Ctrl-C reaches all processes of the terminal's session, but only the
    /// watcher may end a job.
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    private static final Duration LOOK = Duration.ofMillis(200);
    /// How long the job's processes may take to end by themselves. An interrupted step has five seconds in all.
    private static final Duration GRACE = Duration.ofSeconds(2);

    /// How long the system may take to end killed processes.
    private static final Duration KILLED = Duration.ofSeconds(1);

    private static final int LAST_LINES = 8;
    private static final int LONGEST_MESSAGE = 1200;

    private final String name;
    private final Process process;
    private final BlockingQueue<String> progress = new LinkedBlockingQueue<>();
    private final Deque<String> errors = new ArrayDeque<>();
    private final Set<ProcessHandle> seen = new LinkedHashSet<>();
    private final List<Thread> readers;
    private String last = "its start";

    private JobProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        readers = List.of(
                Thread.ofVirtual().start(() -> read(process.inputReader(StandardCharsets.UTF_8), this::output)),
                Thread.ofVirtual().start(() -> read(process.errorReader(StandardCharsets.UTF_8), this::error)));
    }

    /// Starts a job.
    ///
    /// @param name of its launcher, for people
    /// @param environment variables on top of the worker's own
    /// @throws JobFailedException if its program cannot be started
    public static JobProcess start(String name, List<String> command, Map<String, String> environment) {
        List<String> line = new ArrayList<>(command);
        if (Files.isExecutable(SETSID)) {
            line.addFirst(SETSID.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().putAll(environment);
        try {
            return new JobProcess(name, builder.start());
        } catch (IOException e) {
            throw new JobFailedException(
                    "launcher %s cannot be started: %s".formatted(name, String.valueOf(e.getMessage())), e);
        }
    }

    /// Waits until the job has succeeded.
    ///
    /// @throws JobFailedException if the job failed; one line with the exit code and the last words
    /// @throws RuntimeException what the watcher throws; the job goes on until it is closed
    public void await(JobWatcher watcher) {
        try {
            while (true) {
                remember();
                String said = progress.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                if (said != null) {
                    last = said;
                    watcher.said(said);
                } else if (process.isAlive()) {
                    watcher.look();
                } else {
                    break;
                }
            }
            for (Thread reader : readers) {
                // Another process may hold the other end of the pipe open.
                reader.join(GRACE);
            }
            for (String said = progress.poll(); said != null; said = progress.poll()) {
                last = said;
                watcher.said(said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobFailedException("the job of launcher %s was interrupted at \"%s\"".formatted(name, last), e);
        }
        if (process.exitValue() != 0) {
            throw new JobFailedException(failure(process.exitValue()));
        }
    }

    private String failure(int exitCode) {
        String words;
        synchronized (errors) {
            words = String.join(" | ", errors);
        }
        String message =
                "the job of launcher %s ended with exit code %d at \"%s\": %s".formatted(name, exitCode, last, words);
        return message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE) + "...";
    }

    private static void read(BufferedReader lines, LineTaker taker) {
        try (lines) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                taker.take(line.strip());
            }
        } catch (IOException | UncheckedIOException e) {
            // The process has ended, and its pipe with it.
            log.debug("a job's output ended: {}", e.toString());
        }
    }

    private interface LineTaker {
        void take(String line);
    }

    private void output(String line) {
        log.info("{}: {}", name, line);
        if (line.startsWith(PROGRESS)) {
            progress.add(line.substring(PROGRESS.length()));
        }
    }

    /// Keeps the last lines that contain a letter or digit.
    private void error(String line) {
        log.info("{}: {}", name, line);
        if (line.chars().anyMatch(Character::isLetterOrDigit)) {
            synchronized (errors) {
                errors.addLast(line);
                if (errors.size() > LAST_LINES) {
                    errors.removeFirst();
                }
            }
        }
    }

    /// Notes all processes of the job while they can be found. Some engines start processes in sessions of their
    /// own, and a process whose parent has ended is no longer a descendant.
    private void remember() {
        seen.add(process.toHandle());
        process.descendants().forEach(seen::add);
    }

    /// Ends all processes of the job, whatever their state: first by closing its standard input and SIGTERM, then
    /// by SIGKILL. An interrupt does not prevent this.
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        remember();
        closeInput();
        alive().forEach(ProcessHandle::destroy);
        long begun = System.nanoTime();
        // A process that waits for its device may not end at all; the job's result does not depend on it.
        while (alive().findAny().isPresent() && !passed(begun, GRACE.plus(KILLED))) {
            remember();
            if (passed(begun, GRACE)) {
                alive().forEach(ProcessHandle::destroyForcibly);
            }
            interrupted |= paused();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean passed(long since, Duration time) {
        return System.nanoTime() - since > time.toNanos();
    }

    private Stream<ProcessHandle> alive() {
        return List.copyOf(seen).stream().filter(JobProcess::runs);
    }

    /// Whether a process is still running. A zombie has ended but still has a handle; it stays where a container's
    /// first process does not reap the children of others.
    private static boolean runs(ProcessHandle process) {
        try {
            String state = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return process.isAlive() && state.charAt(state.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException e) {
            return false;
        }
    }

    private void closeInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // It has ended already.
            log.debug("a job's input was closed: {}", e.toString());
        }
    }

    /// @return whether it was interrupted
    private static boolean paused() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }
}
