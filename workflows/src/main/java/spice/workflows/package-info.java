/// What happens, in which order and with what patience: Algorithm 1 and the run around it. Knows operating.
@NullMarked
package spice.workflows;

import org.jspecify.annotations.NullMarked;
