package spice.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import spice.local.StackView;
import spice.store.WholeFile;

/// Disturbs a stack by a schedule. Each disturbance runs on its own thread, so that one may hit while the stack
/// recovers from another.
final class Disturber {
    private static final String CPU = "cpu-worker";
    private static final String GPU = "gpu-worker";

    /// How long a worker is stopped: longer than the run's heartbeat timeout.
    private static final Duration STOPPED = Duration.ofSeconds(7);

    private static final int LONGEST_SECONDS = 5;
    private static final long SMALLEST_CUT = 100_000;
    private static final long LARGEST_CUT = 3_000_000;
    private static final int LARGEST_JUMP_SECONDS = 3600;
    private static final Duration LOOK = Duration.ofMillis(20);

    private final ChaosStack stack;
    private final ConcurrentLinkedQueue<Done> done = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<NotDone> notDone = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<ChaosFailure> failures = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Thread> threads = new ConcurrentLinkedQueue<>();
    private final Object lineLock = new Object();
    private volatile boolean ending;

    Disturber(ChaosStack stack) {
        this.stack = stack;
    }

    /// A disturbance that was done.
    ///
    /// @param nanos when, by [System#nanoTime]
    record Done(Disturbance kind, long nanos) {}

    /// A disturbance that could not be done.
    record NotDone(Disturbance kind, String reason) {}

    /// Starts the disturbance on a new thread.
    void disturb(Schedule.Event event) {
        threads.add(Thread.ofVirtual().name("disturb").start(() -> {
            try {
                Optional<String> reason = happen(event.kind(), event.seed().random());
                reason.ifPresent(why -> notDone.add(new NotDone(event.kind(), why)));
            } catch (ChaosFailure e) {
                failures.add(e);
            } catch (IOException | RuntimeException e) {
                failures.add(new ChaosFailure("%s could not be done: %s".formatted(event.kind(), e)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    List<Done> done() {
        return List.copyOf(done);
    }

    List<NotDone> notDone() {
        return List.copyOf(notDone);
    }

    /// The first failure of a disturbance.
    Optional<ChaosFailure> failure() {
        return Optional.ofNullable(failures.peek());
    }

    /// Waits until every disturbance is over. A cut that still waits for an upload is given up.
    void end() throws InterruptedException {
        ending = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /// @return why the disturbance was not done; empty if it was
    private Optional<String> happen(Disturbance kind, RandomGenerator random) throws IOException, InterruptedException {
        return switch (kind) {
            case KILL_CPU_WORKER -> kill(kind, CPU);
            case KILL_GPU_WORKER -> kill(kind, GPU);
            case KILL_TEMPORAL -> kill(kind, StackView.TEMPORAL);
            case KILL_S3 -> kill(kind, StackView.S3);
            case KILL_SUPERVISOR -> {
                record(kind);
                stack.killSupervisor();
                yield Optional.empty();
            }
            case KILL_COMMAND -> {
                record(kind);
                stack.killCommand();
                yield Optional.empty();
            }
            case TERM_WORKER -> {
                Optional<ProcessHandle> worker = stack.await(either(random));
                worker.ifPresent(process -> {
                    record(kind);
                    process.destroy();
                });
                yield absent(worker);
            }
            case STOP_WORKER -> stopAndContinue(kind, either(random));
            case S3_REFUSES -> line(kind, S3Link.State.REFUSING, random);
            case S3_SLOW -> line(kind, S3Link.State.SLOW, random);
            case S3_UNAVAILABLE -> line(kind, S3Link.State.UNAVAILABLE, random);
            case S3_CUT -> cut(kind, random);
            case CORRUPT_CACHE -> corrupt(kind, random);
            case FULL_DISK -> fill(kind, random);
            case CLOCK_JUMP -> jump(kind, random);
        };
    }

    private void record(Disturbance kind) {
        done.add(new Done(kind, System.nanoTime()));
    }

    private static String either(RandomGenerator random) {
        return random.nextBoolean() ? CPU : GPU;
    }

    private static Optional<String> absent(Optional<ProcessHandle> process) {
        return process.isPresent() ? Optional.empty() : Optional.of("the process was not there");
    }

    private Optional<String> kill(Disturbance kind, String name) throws InterruptedException {
        Optional<ProcessHandle> found = stack.await(name);
        found.ifPresent(process -> {
            record(kind);
            process.destroyForcibly();
        });
        return absent(found);
    }

    private Optional<String> stopAndContinue(Disturbance kind, String name) throws IOException, InterruptedException {
        Optional<ProcessHandle> found = stack.await(name);
        if (found.isPresent()) {
            record(kind);
            signal("STOP", found.get());
            Thread.sleep(STOPPED);
            if (found.get().isAlive()) {
                signal("CONT", found.get());
            }
        }
        return absent(found);
    }

    private static void signal(String signal, ProcessHandle process) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    private static Duration aWhile(RandomGenerator random) {
        return Duration.ofMillis(random.nextInt(1000, LONGEST_SECONDS * 1000));
    }

    private Optional<String> line(Disturbance kind, S3Link.State state, RandomGenerator random)
            throws InterruptedException {
        synchronized (lineLock) {
            record(kind);
            stack.link().set(state);
            Thread.sleep(aWhile(random));
            stack.link().set(S3Link.State.GOOD);
        }
        return Optional.empty();
    }

    private Optional<String> cut(Disturbance kind, RandomGenerator random) throws InterruptedException {
        synchronized (lineLock) {
            stack.link().cutAfter(random.nextLong(SMALLEST_CUT, LARGEST_CUT));
            while (!stack.link().hasCut()) {
                if (ending) {
                    return Optional.of("there was no upload left to cut");
                }
                Thread.sleep(LOOK);
            }
            record(kind);
        }
        return Optional.empty();
    }

    /// Flips a bit of a cached file. Copies that a process has already taken and checked stay intact.
    private Optional<String> corrupt(Disturbance kind, RandomGenerator random) throws IOException {
        Path blobs = stack.cache().resolve("blobs");
        if (!Files.isDirectory(blobs)) {
            return Optional.of("nothing was cached yet");
        }
        List<Path> files;
        try (Stream<Path> kept = Files.list(blobs)) {
            files = kept.sorted().toList();
        }
        if (files.isEmpty()) {
            return Optional.of("nothing was cached yet");
        }
        try {
            damage(files.get(random.nextInt(files.size())), random);
        } catch (IOException e) {
            // The cache has just dropped the file, or the disk is full now.
            return Optional.of("no cached file could be replaced: " + e);
        }
        record(kind);
        return Optional.empty();
    }

    private void damage(Path file, RandomGenerator random) throws IOException {
        byte[] content = Files.readAllBytes(file);
        content[random.nextInt(content.length)] ^= 1;
        try (WholeFile damaged = WholeFile.in(stack.cache(), file)) {
            Files.write(damaged.unfinished(), content);
            damaged.finish();
        }
    }

    private Optional<String> fill(Disturbance kind, RandomGenerator random) throws IOException, InterruptedException {
        if (stack.disk().isEmpty()) {
            return Optional.of("no file system can be mounted here (that takes root)");
        }
        record(kind);
        stack.disk().get().fill();
        Thread.sleep(aWhile(random));
        stack.disk().get().free();
        return Optional.empty();
    }

    private Optional<String> jump(Disturbance kind, RandomGenerator random) throws IOException, InterruptedException {
        if (stack.clock().isEmpty()) {
            return Optional.of("libfaketime is not installed");
        }
        record(kind);
        stack.clock().get().set(Duration.ofSeconds(random.nextInt(-LARGEST_JUMP_SECONDS, LARGEST_JUMP_SECONDS)));
        Thread.sleep(aWhile(random));
        stack.clock().get().set(Duration.ZERO);
        return Optional.empty();
    }
}
