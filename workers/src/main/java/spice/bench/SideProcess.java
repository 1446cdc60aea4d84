package spice.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import spice.processes.LogFile;
import spice.processes.ProcessMemory;
import spice.program.UserError;
import spice.store.Json;

/// One side of a comparison as a process, which waits for orders without using a core. Each side has its own
/// process, so that its peak memory is its own and the sides share no allocator.
final class SideProcess implements AutoCloseable {
    private static final int LAST_LINES = 5;
    private static final int END_SECONDS = 30;
    /// Time between two looks at the memory, since child processes come and go.
    private static final long LOOK_MILLIS = 500;

    private final String name;
    private final Process process;
    private final Path log;
    private final BufferedReader answers;
    private final BufferedWriter orders;
    private final Map<Long, Long> peaks = new ConcurrentHashMap<>();

    private SideProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
        answers = process.inputReader(StandardCharsets.UTF_8);
        orders = process.outputWriter(StandardCharsets.UTF_8);
    }

    /// Starts a side and waits until it is ready.
    ///
    /// @param without environment variables that the side does not inherit
    /// @param log file for the side's standard error
    /// @throws UserError if the side ends instead
    static SideProcess start(String name, List<String> command, List<String> without, Path log) {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeAll(without);
        try {
            SideProcess side = new SideProcess(name, builder.start(), log);
            side.read(Introduction.class);
            Thread.ofVirtual().start(side::keepLooking);
            return side;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start %s".formatted(name), e);
        }
    }

    /// Makes the side do its work once.
    ///
    /// @throws UserError if the side ends instead
    SideAnswer ask(Order order) {
        try {
            orders.write(new String(Json.bytes(order), StandardCharsets.UTF_8));
            orders.newLine();
            orders.flush();
            SideAnswer answer = read(SideAnswer.class);
            look();
            return answer;
        } catch (IOException e) {
            throw ended();
        }
    }

    /// Peak memory in bytes: of the side, plus of each child process that was seen.
    long peakBytes() {
        return peaks.values().stream().mapToLong(Long::longValue).sum();
    }

    private void keepLooking() {
        try {
            while (process.isAlive()) {
                look();
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        Stream.concat(Stream.of(process.toHandle()), process.descendants()).forEach(one -> {
            try {
                ProcessMemory.peak(one.pid()).ifPresent(bytes -> peaks.merge(one.pid(), bytes, Math::max));
            } catch (IOException | UncheckedIOException e) {
                // The process has ended; the looks before count.
            }
        });
    }

    private <T> T read(Class<T> type) throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw ended();
        }
        return Json.read(line.getBytes(StandardCharsets.UTF_8), type, name + "'s answer");
    }

    private UserError ended() {
        return new UserError("%s ended in the middle of its work: %s. All that it said is in %s"
                .formatted(name, new LogFile(log).tail(LAST_LINES), log));
    }

    @Override
    public void close() {
        try {
            orders.close();
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
