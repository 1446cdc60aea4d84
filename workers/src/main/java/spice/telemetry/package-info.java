/// Meters of our processes for Prometheus. Knows workflows, program, processes.
@NullMarked
package spice.telemetry;

import org.jspecify.annotations.NullMarked;
