/// Held-out accuracy, first and last roles crossed, gains with their intervals. Knows steps, checkpoints,
/// policies, formats, roles, judging.
@NullMarked
package spice.evaluation;

import org.jspecify.annotations.NullMarked;
