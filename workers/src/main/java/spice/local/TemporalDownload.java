package spice.local;

import io.temporal.testing.TemporalDevServer;
import io.temporal.testing.TemporalDevServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Fetches a Temporal binary from its vendor by the Temporal SDK.
final class TemporalDownload {
    /// The release with the server that the Go module builds, so that both can open the same database.
    private static final String VERSION = "v1.8.2";

    private static final Duration START = Duration.ofSeconds(60);

    private TemporalDownload() {}

    /// Fetches the binary and keeps it.
    ///
    /// @return path of the binary
    /// @throws IOException if the vendor cannot be reached, with the reason in one line
    static Path fetch(LocalSettings settings, Consumer<String> say) throws IOException {
        Path target = settings.keptTemporal();
        Path folder = target.resolveSibling("download");
        say.accept("asking the vendor's site for Temporal " + VERSION);
        // The SDK fetches a binary only to start a server, which tests the binary at once.
        try (TemporalDevServer _ = TemporalDevServer.start(TemporalDevServerOptions.newBuilder()
                .setDownloadDestination(folder.toString())
                .setDownloadVersion(VERSION)
                .setLogFile(settings.logs().resolve("temporal-download.log").toString())
                .setStartupTimeout(START)
                .build())) {
            Files.move(fetched(folder), target, StandardCopyOption.REPLACE_EXISTING);
            return target;
        } catch (IllegalStateException e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new IOException(
                    "%s: %s"
                            .formatted(
                                    reason.getClass().getSimpleName(),
                                    String.valueOf(reason.getMessage())
                                            .lines()
                                            .findFirst()
                                            .orElse("")),
                    e);
        }
    }

    private static Path fetched(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(
                            file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.isExecutable(file))
                    .findFirst()
                    .orElseThrow(() -> new IOException("there is no binary in " + folder));
        }
    }
}
