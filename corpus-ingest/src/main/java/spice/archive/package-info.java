/// The spice merchant's archive: a small world of real documents, written from a seed, that the nano model can
/// read.
@NullMarked
package spice.archive;

import org.jspecify.annotations.NullMarked;
