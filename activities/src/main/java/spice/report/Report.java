package spice.report;

import java.util.Optional;
import spice.activities.Checkpoints;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.workflows.CheckpointRef;

/// A run as one HTML file that opens nothing else. It is made from the store alone: the same checkpoints give the
/// same file, but for how the run stands.
///
/// @param checkpoint the last one that it shows; empty where the run failed before there was any
/// @param html at most 20 MB, whatever the run
public record Report(Optional<CheckpointRef> checkpoint, byte[] html) {
    private static final String REPORTS = "reports/";
    private static final int DIGEST_LENGTH = 12;

    /// That of a run.
    ///
    /// @param address of the store, for people
    /// @param last checkpoint to show; empty where the store knows nothing of the run
    /// @param standing how the run stands, where that is known
    /// @param page of the run in the Temporal UI, where there is one
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

    /// Puts it into the store beside its checkpoint: under `reports/`, then as in `checkpoints/`, then a digest of
    /// its content. One without a checkpoint has no place there.
    ///
    /// @return the blob
    public Optional<BlobRef> put(BlobStore store) {
        return checkpoint.map(last -> {
            BlobRef blob = store.put(html);
            store.create("%s/%s".formatted(place(last), blob.sha256().substring(0, DIGEST_LENGTH)), Json.bytes(blob));
            return blob;
        });
    }

    /// Where the store has the reports of a checkpoint: the newest such record names the blob.
    private static String place(CheckpointRef checkpoint) {
        return REPORTS + Checkpoints.place(checkpoint);
    }
}
