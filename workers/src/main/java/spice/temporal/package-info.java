/// Temporal asked from outside a workflow: connections, how runs stand, schedules, templates. Knows workflows,
/// tracking, report, upkeep, program, local.
@NullMarked
package spice.temporal;

import org.jspecify.annotations.NullMarked;
