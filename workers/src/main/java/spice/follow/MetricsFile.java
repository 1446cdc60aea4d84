package spice.follow;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import spice.local.LocalSettings;
import spice.program.UserError;
import spice.store.Json;
import spice.store.StoreException;
import spice.store.WholeFile;
import spice.tracking.MetricsLine;
import spice.tracking.MetricsReader;

/// Writes `metrics.jsonl`: one JSON object a line.
public final class MetricsFile {
    private MetricsFile() {}

    /// Writes the file of a run that was followed to its end into `runs/RUN` of the stack's folder, and prints
    /// where. Without a store it writes none; a failure is printed, since the run has ended well all the same.
    public static void leave(String lineage, PrintStream out) {
        LocalSettings settings = LocalSettings.ofThisProcess();
        Path file = settings.home().resolve("runs").resolve(lineage).resolve("metrics.jsonl");
        try (OptionalStore store = OptionalStore.open()) {
            if (store.get().isPresent()) {
                write(new MetricsReader(store.get().get()).of(lineage), file);
                out.println("figures of each iteration: " + file);
            }
        } catch (StoreException | UserError e) {
            out.println("no %s: %s".formatted(file, e.getMessage()));
        }
    }

    /// Writes the file, which appears whole or not at all.
    ///
    /// @throws UserError if it cannot be written
    public static void write(List<MetricsLine> lines, Path file) {
        try (WholeFile whole = WholeFile.beside(file)) {
            try (OutputStream out = Files.newOutputStream(whole.unfinished())) {
                write(lines, out);
            }
            whole.finish();
        } catch (IOException e) {
            throw new UserError("cannot write %s (%s)".formatted(file, e));
        }
    }

    public static void write(List<MetricsLine> lines, OutputStream out) throws IOException {
        for (MetricsLine line : lines) {
            out.write(Json.bytes(line));
            out.write('\n');
        }
    }
}
