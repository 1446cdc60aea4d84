package spice.report;

import java.util.Optional;
import spice.activities.Checkpoints;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.workflows.CheckpointRef;

/// A run as one HTML file that opens nothing else. It is made from the store alone: the same checkpoints give the same
/// file, but for how the run stands.
///
/// @param checkpoint the last one that it shows
/// @param html at most 20 MB, whatever the run
public record Report(CheckpointRef checkpoint, byte[] html) {
    private static final String REPORTS = "reports/";
    private static final int DIGEST_LENGTH = 12;

    /// That of a run.
    ///
    /// @param address of the store, for people
    /// @param last checkpoint to show
    /// @param standing how the run stands, where that is known
    /// @param page of the run in the Temporal UI, where there is one
    public static Report of(
            BlobStore store,
            String address,
            String lineage,
            CheckpointRef last,
            Optional<Standing> standing,
            Optional<String> page) {
        ReportData data = new ReportReader(store, address).read(lineage, last.iteration());
        return new Report(last, ReportPage.file(data.in(standing, page)));
    }

    /// Puts it into the store beside its checkpoint: under `reports/`, then as in `checkpoints/`, then a digest of its
    /// content.
    ///
    /// @return the blob
    public BlobRef put(BlobStore store) {
        BlobRef blob = store.put(html);
        store.create(
                "%s%s/%s"
                        .formatted(
                                REPORTS,
                                Checkpoints.place(checkpoint),
                                blob.sha256().substring(0, DIGEST_LENGTH)),
                Json.bytes(blob));
        return blob;
    }
}
