/// Answer against answer, to a verdict. Nothing is executed, and work is bounded by counting: no text can hang
/// it.
@NullMarked
package spice.verify;

import org.jspecify.annotations.NullMarked;
