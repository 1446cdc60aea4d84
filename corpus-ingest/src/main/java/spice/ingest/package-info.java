/// Files in, passages out, by Tika in JVMs of its own. Knows domain, store.
@NullMarked
package spice.ingest;

import org.jspecify.annotations.NullMarked;
