/// The passages to draw from: where corpora lie, what is held back, the draw of an iteration. Knows ingest,
/// store.s3.
@NullMarked
package spice.corpus;

import org.jspecify.annotations.NullMarked;
