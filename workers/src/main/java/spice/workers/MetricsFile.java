package spice.workers;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import spice.local.LocalSettings;
import spice.local.UserError;
import spice.store.Json;
import spice.store.StoreException;
import spice.tracking.MetricsLine;
import spice.tracking.MetricsLines;

/// Writes `metrics.jsonl`: one JSON object a line.
final class MetricsFile {
    private MetricsFile() {}

    /// Leaves that of a run that was followed to its end among our own files, if the store can be read, and says
    /// where. The run has ended well whether or not that works.
    static void leave(String lineage, PrintStream out) {
        LocalSettings settings = LocalSettings.from(System.getenv());
        Path file = settings.home().resolve("runs").resolve(lineage).resolve("metrics.jsonl");
        try (OptionalStore store = OptionalStore.open()) {
            if (store.get().isPresent()) {
                write(new MetricsLines(store.get().get()).of(lineage), file);
                out.println("figures of each iteration: " + file);
            }
        } catch (StoreException | UserError e) {
            out.println("no %s: %s".formatted(file, e.getMessage()));
        }
    }

    /// Writes the file, which appears whole or not at all.
    ///
    /// @throws UserError if it cannot be written
    static void write(List<MetricsLine> lines, Path file) {
        Path target = file.toAbsolutePath();
        Path unfinished = target.resolveSibling("." + target.getFileName() + ".unfinished");
        try {
            Files.createDirectories(target.getParent());
            try (OutputStream out = Files.newOutputStream(unfinished)) {
                write(lines, out);
            }
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UserError("cannot write %s (%s)".formatted(file, e));
        }
    }

    static void write(List<MetricsLine> lines, OutputStream out) throws IOException {
        for (MetricsLine line : lines) {
            out.write(Json.bytes(line));
            out.write('\n');
        }
    }
}
