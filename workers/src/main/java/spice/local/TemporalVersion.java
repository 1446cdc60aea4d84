package spice.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The version of the server inside a `temporal` binary. The version of the binary itself says little: a binary
/// built from its Go module reports 0.0.0-DEV.
record TemporalVersion(int major, int minor, int patch) implements Comparable<TemporalVersion> {
    /// The oldest server that the stack runs.
    static final TemporalVersion OLDEST = new TemporalVersion(1, 31, 0);

    private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)");
    private static final Pattern SERVER = Pattern.compile("\\(Server " + NUMBERS + "[,)-]");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Comparator<TemporalVersion> ORDER = Comparator.comparingInt(TemporalVersion::major)
            .thenComparingInt(TemporalVersion::minor)
            .thenComparingInt(TemporalVersion::patch);

    /// The server's version in the output of `temporal --version`, e.g.
    /// `temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)`; empty if there is none.
    static Optional<TemporalVersion> ofServer(String output) {
        return first(SERVER, output);
    }

    /// Reads a version that [#toString] wrote.
    static Optional<TemporalVersion> parse(String text) {
        return first(NUMBERS, text);
    }

    private static Optional<TemporalVersion> first(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        return found.find()
                ? Optional.of(new TemporalVersion(number(found, 1), number(found, 2), number(found, 3)))
                : Optional.empty();
    }

    private static int number(Matcher found, int group) {
        return Integer.parseInt(found.group(group));
    }

    /// The version of the server in this binary; empty if the binary does not run or does not print it.
    static Optional<TemporalVersion> of(Path binary) {
        try {
            Process process = new ProcessBuilder(binary.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            // The output fits into a pipe, so the process can end before it is read.
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                return Optional.empty();
            }
            return ofServer(new String(process.getInputStream().readAllBytes(), UTF_8));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public int compareTo(TemporalVersion other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return "%d.%d.%d".formatted(major, minor, patch);
    }
}
