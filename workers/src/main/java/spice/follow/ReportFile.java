package spice.follow;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import spice.checkpoints.Checkpoints;
import spice.program.UserError;
import spice.report.Report;
import spice.report.Standing;
import spice.runs.CheckpointRef;
import spice.store.BlobStore;
import spice.store.StoreException;
import spice.store.WholeFile;
import spice.store.s3.S3BlobStore;
import spice.store.s3.S3Location;
import spice.temporal.RunStanding;

/// Writes a run's report: to a file, which appears whole or not at all, and into the store beside its checkpoint.
public final class ReportFile {
    private ReportFile() {}

    /// The store as people and tools name it: its bucket's `s3://` address.
    public static String address(S3Location location) {
        return "s3://" + location.bucket();
    }

    /// Writes the report of a run that has ended, or waits for a person, into a folder, and prints where. A failure
    /// is printed too, and changes nothing about how the run ended.
    public static void leave(S3Location location, String lineage, RunStanding temporal, Path folder, PrintStream out) {
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

    /// Writes the report of a run.
    ///
    /// @param last checkpoint to show; empty where the run failed before there was any
    /// @param standing how the run stands, if Temporal knows
    /// @param page address of the run in the Temporal UI, if there is one
    /// @return a line for the user that says where the report is
    public static String write(
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
            WholeFile.write(file, html);
        } catch (IOException e) {
            throw new UserError("cannot write %s (%s); give --out a file that can be written".formatted(file, e), e);
        }
    }
}
