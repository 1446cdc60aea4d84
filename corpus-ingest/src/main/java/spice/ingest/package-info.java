/// Files in, passages out: reads a folder of documents with Tika in JVMs of its own and keeps the passages in the
/// store.
@NullMarked
package spice.ingest;

import org.jspecify.annotations.NullMarked;
