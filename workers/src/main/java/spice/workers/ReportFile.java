package spice.workers;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import spice.activities.Checkpoints;
import spice.local.UserError;
import spice.report.Report;
import spice.report.Standing;
import spice.store.BlobStore;
import spice.store.StoreException;
import spice.store.s3.S3BlobStore;
import spice.store.s3.S3Location;
import spice.workflows.CheckpointRef;

/// Writes a run's report: to a file, which appears whole or not at all, and into the store beside its checkpoint.
final class ReportFile {
    private ReportFile() {}

    /// How people and tools call the store: its bucket's address.
    static String address(S3Location location) {
        return "s3://" + location.bucket();
    }

    /// Leaves that of a run which has ended, or waits for a person, in a folder, and says where. The run has ended
    /// as it has whether or not that works.
    static void leave(S3Location location, String lineage, RunStanding temporal, Path folder, PrintStream out) {
        Path file = folder.resolve(lineage + ".html");
        try (S3BlobStore store = S3BlobStore.open(location)) {
            out.println(write(
                    store,
                    address(location),
                    lineage,
                    new Checkpoints(store).last(lineage),
                    temporal.standing(lineage),
                    temporal.page(lineage),
                    file));
        } catch (StoreException | UserError e) {
            out.println("no report %s: %s".formatted(file, e.getMessage()));
        }
    }

    /// Writes it.
    ///
    /// @param last checkpoint to show; empty where the run failed before there was any
    /// @param standing how the run stands, if anybody knows
    /// @param page of the run in the Temporal UI, if there is one
    /// @return where it is, for the user
    static String write(
            BlobStore store,
            String address,
            String lineage,
            Optional<CheckpointRef> last,
            Optional<Standing> standing,
            Optional<String> page,
            Path file) {
        Report report = Report.of(store, address, lineage, last, standing, page);
        write(report.html(), file);
        String stored = report.put(store)
                .map(blob -> ", in the store as blob " + blob.sha256())
                .orElse("");
        return "report: %s (%.1f MB%s)".formatted(file, report.html().length / 1e6, stored);
    }

    private static void write(byte[] html, Path file) {
        try {
            Path folder = Optional.ofNullable(file.getParent()).orElse(Path.of("/"));
            Files.createDirectories(folder);
            Path unfinished = Files.createTempFile(folder, ".report", ".html");
            Files.write(unfinished, html);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UserError("cannot write %s (%s); give --out a file that can be written".formatted(file, e), e);
        }
    }
}
