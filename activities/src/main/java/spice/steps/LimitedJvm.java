package spice.steps;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;

/// A program of ours in a JVM of its own, for input that anyone may have written: whatever the input makes it do,
/// this process goes on. Its memory and its processor time are bounded, and of our environment, where keys may
/// stand, it sees almost nothing.
///
/// @param heapMegabytes of Java's memory
/// @param processorTime after which it is killed; time by the clock would depend on what else the machine does
/// @param patience time by the clock after which this machine is taken to be at fault
public record LimitedJvm(int heapMegabytes, Duration processorTime, Duration patience) {
    /// Enough for the files of any published model: starting takes most of the time that a program needs.
    public static final LimitedJvm USUAL = new LimitedJvm(192, Duration.ofSeconds(10), Duration.ofMinutes(3));

    private static final Duration LOOK = Duration.ofMillis(20);
    /// Kilobytes of addresses, also those of native libraries, where the system can bound them.
    private static final long ADDRESSES = 4L << 20;

    /// The variables that it sees: where native libraries are unpacked.
    private static final Set<String> KEPT = Set.of("HOME", "DJL_CACHE_DIR", "ENGINE_CACHE_DIR");

    /// Exit code of a JVM that has no memory left.
    private static final int OUT_OF_MEMORY = 3;

    private static final int FAILED = 1;
    private static final int SIGNAL = 128;
    /// SIGINT, SIGKILL and SIGTERM, which come from people and from the system.
    private static final List<Integer> FROM_OUTSIDE = List.of(SIGNAL + 2, SIGNAL + 9, SIGNAL + 15);

    /// Runs a program to its end.
    ///
    /// @param program has a main method, which leaves its result in the folder
    /// @param folder for its files; the caller deletes it
    /// @return why the input made it die; empty if it ended as it should
    /// @throws IllegalStateException if it died for another reason
    public Optional<String> run(Class<?> program, Path folder, List<String> arguments) {
        Path errors = folder.resolve("errors");
        Process process = started(program, folder, arguments, errors);
        try {
            long begun = System.nanoTime();
            while (!process.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                if (process.info().totalCpuDuration().orElse(Duration.ZERO).compareTo(processorTime) > 0) {
                    return Optional.of("it is not done after %d s".formatted(processorTime.toSeconds()));
                }
                if (System.nanoTime() - begun > patience.toNanos()) {
                    throw new IllegalStateException("%s is not done after %d s, though it has hardly computed"
                            .formatted(program.getSimpleName(), patience.toSeconds()));
                }
            }
            return death(program, process.exitValue(), errors);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while %s ran".formatted(program.getSimpleName()));
        } finally {
            process.destroyForcibly().onExit().join();
        }
    }

    private Process started(Class<?> program, Path folder, List<String> arguments, Path errors) {
        List<String> command = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                "ulimit -v \"$0\" 2>/dev/null; exec \"$@\"",
                Long.toString(ADDRESSES),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx%dm".formatted(heapMegabytes),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:CompressedClassSpaceSize=64m",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:ErrorFile=" + folder.resolve("crash"),
                "-Djava.io.tmpdir=" + folder,
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(Redirect.DISCARD).redirectError(errors.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().retainAll(KEPT);
        environment.put("MALLOC_ARENA_MAX", "2");
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start %s".formatted(program.getSimpleName()), e);
        }
    }

    private Optional<String> death(Class<?> program, int exitCode, Path errors) {
        if (exitCode == 0) {
            return Optional.empty();
        }
        if (exitCode == FAILED || FROM_OUTSIDE.contains(exitCode)) {
            throw new IllegalStateException(
                    "%s ended with exit code %d: %s".formatted(program.getSimpleName(), exitCode, firstLine(errors)));
        }
        return Optional.of(
                exitCode == OUT_OF_MEMORY
                        ? "it takes more than %d MB of memory".formatted(heapMegabytes)
                        : "the process that reads it dies with exit code %d".formatted(exitCode));
    }

    private static String firstLine(Path errors) {
        try (var lines = Files.lines(errors)) {
            return lines.findFirst().orElse("it said nothing");
        } catch (IOException | UncheckedIOException e) {
            return "what it said cannot be read: " + e.getMessage();
        }
    }
}
