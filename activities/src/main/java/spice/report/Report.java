package spice.report;

import java.util.Optional;
import spice.checkpoints.Checkpoints;
import spice.runs.CheckpointRef;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;

/// The report of a run: one HTML file that loads nothing else. It is made from the store alone, so the same
/// checkpoints give the same file, except for the run's state in Temporal.
///
/// @param checkpoint the last checkpoint that it shows; empty if the run failed before its first one
/// @param html at most 20 MB
public record Report(Optional<CheckpointRef> checkpoint, byte[] html) {
    private static final String REPORTS = "reports/";
    private static final int DIGEST_LENGTH = 12;

    /// Makes the report of a run.
    ///
    /// @param address the store's address, for people
    /// @param last the last checkpoint to show; empty if the store has none of this run
    /// @param standing the run's state in Temporal, if it is known
    /// @param page the run's page in the Temporal UI, if there is one
    public static Report of(
            BlobStore store,
            String address,
            String lineage,
            Optional<CheckpointRef> last,
            Optional<Standing> standing,
            Optional<String> page) {
        ReportData data = new ReportReader(store, address)
                .read(lineage, last.map(CheckpointRef::iteration).orElse(0));
        return new Report(last, ReportPage.file(data.in(standing, page)));
    }

    /// Stores the report and creates its record: `reports/`, the checkpoint's path as in `checkpoints/`, and a
    /// digest of the content. A report without a checkpoint is not stored.
    ///
    /// @return the stored page
    public Optional<BlobRef> put(BlobStore store) {
        return checkpoint.map(last -> {
            BlobRef blob = store.put(html);
            store.create("%s/%s".formatted(place(last), blob.sha256().substring(0, DIGEST_LENGTH)), Json.bytes(blob));
            return blob;
        });
    }

    /// Prefix of the records of a checkpoint's reports. The newest of them names the blob of the current report.
    private static String place(CheckpointRef checkpoint) {
        return REPORTS + Checkpoints.place(checkpoint);
    }
}
