/// A cache of blobs on this machine's disk, in front of a remote store. Knows the nouns alone.
@NullMarked
package spice.store.cache;

import org.jspecify.annotations.NullMarked;
