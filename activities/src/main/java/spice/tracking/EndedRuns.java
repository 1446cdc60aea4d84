package spice.tracking;

import java.util.Optional;
import spice.store.BlobRef;

/// Gives the reports of runs that have ended.
public interface EndedRuns {
    /// The report of a lineage's run; empty if there is none.
    Optional<Page> report(String lineage);

    /// A report as an HTML page.
    ///
    /// @param blob the page in the store, if it was stored
    record Page(byte[] html, Optional<BlobRef> blob) {}
}
