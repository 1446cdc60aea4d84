/// Blobs on this machine's disk, in front of a store that is further away.
@NullMarked
package spice.store.cache;

import org.jspecify.annotations.NullMarked;
