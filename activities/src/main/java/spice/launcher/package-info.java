/// Jobs of other engines that take a step in our place: commands that an operator has named, and processes that
/// we watch.
@NullMarked
package spice.launcher;

import org.jspecify.annotations.NullMarked;
