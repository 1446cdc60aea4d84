/// Verdicts, rewards and advantages of an iteration. Knows steps, verify, formats, roles.
@NullMarked
package spice.judging;

import org.jspecify.annotations.NullMarked;
