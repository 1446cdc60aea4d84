/// The live view: serves the pages of runs on this machine while they go on. Knows checkpoints,
/// report, program.
@NullMarked
package spice.live;

import org.jspecify.annotations.NullMarked;
