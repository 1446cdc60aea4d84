/// Our models beside transformers': the same numbers from the same checkpoints, in both directions.
@NullMarked
package spice.parity;

import org.jspecify.annotations.NullMarked;
