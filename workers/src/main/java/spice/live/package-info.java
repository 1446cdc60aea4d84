/// A run's page while it goes on, served on this machine.
@NullMarked
package spice.live;

import org.jspecify.annotations.NullMarked;
