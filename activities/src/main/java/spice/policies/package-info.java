/// Checkpoints opened to sample: which stay open, on what device, whether they fit. Knows model, checkpoints.
@NullMarked
package spice.policies;

import org.jspecify.annotations.NullMarked;
