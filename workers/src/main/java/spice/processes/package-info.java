/// Processes of ours: started, marked, found again after a crash, stopped. Knows program.
@NullMarked
package spice.processes;

import org.jspecify.annotations.NullMarked;
