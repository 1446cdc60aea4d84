package spice.tracking;

import java.util.Optional;
import spice.store.BlobRef;

/// Makes the reports of runs that have ended.
public interface EndedRuns {
    /// That of a lineage's run; empty if there is none to be had.
    Optional<Page> report(String lineage);

    /// A report.
    ///
    /// @param blob that holds it in the store, if it has a place there
    record Page(byte[] html, Optional<BlobRef> blob) {}
}
