/// Training jobs of other engines: the commands that an operator names, the processes that we watch. Knows the
/// nouns alone.
@NullMarked
package spice.launcher;

import org.jspecify.annotations.NullMarked;
