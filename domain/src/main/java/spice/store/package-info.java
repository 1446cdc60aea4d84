/// Blobs named by their SHA-256, create-only names for them, JSON, files on disk. Knows domain.
@NullMarked
package spice.store;

import org.jspecify.annotations.NullMarked;
