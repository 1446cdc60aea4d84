/// `spice chaos`: disturbs runs, and checks that they end with an undisturbed run's checkpoint. Knows archive,
/// processes, local.
@NullMarked
package spice.chaos;

import org.jspecify.annotations.NullMarked;
