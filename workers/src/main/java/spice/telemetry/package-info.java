/// What our processes say of themselves while they work, for Prometheus.
@NullMarked
package spice.telemetry;

import org.jspecify.annotations.NullMarked;
