package spice.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import spice.local.UserError;
import spice.store.Json;

/// One side of a comparison as a process: it waits, without using a core, until it is given an order. A process of
/// its own, so that the most memory it ever held is that side's, and no allocator knows the other side.
final class SideProcess implements AutoCloseable {
    private static final int LAST_LINES = 5;
    private static final int END_SECONDS = 30;
    /// Between two looks at how much memory is held, for children that come and go.
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
    /// @param without variables that are not passed on to it
    /// @param log takes what it says beside its answers
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

    Answer ask(Order order) {
        try {
            orders.write(new String(Json.bytes(order), StandardCharsets.UTF_8));
            orders.newLine();
            orders.flush();
            Answer answer = read(Answer.class);
            look();
            return answer;
        } catch (IOException e) {
            throw ended();
        }
    }

    /// The most memory that it, and each process that it has started and that was seen, ever held, added up.
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
                PeakMemory.of(one.pid()).ifPresent(bytes -> peaks.merge(one.pid(), bytes, Math::max));
            } catch (IOException | UncheckedIOException e) {
                // It has ended; what was seen of it counts.
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
        return new UserError(
                "%s ended in the middle of its work: %s. All that it said is in %s".formatted(name, lastLines(), log));
    }

    private String lastLines() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join(" | ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
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
