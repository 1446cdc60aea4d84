/// The report of a run: its data from the store, and the HTML page that shows it. Knows ingest, checkpoints,
/// judging, evaluation, tracking.
@NullMarked
package spice.report;

import org.jspecify.annotations.NullMarked;
