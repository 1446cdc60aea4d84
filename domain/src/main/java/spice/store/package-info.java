/// Where large things are kept: blobs named by their SHA-256, and create-only names that point to them.
@NullMarked
package spice.store;

import org.jspecify.annotations.NullMarked;
