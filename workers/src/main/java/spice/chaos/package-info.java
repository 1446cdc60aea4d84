/// `spice chaos`: the proof that a disturbed run ends with the checkpoint of an undisturbed one.
@NullMarked
package spice.chaos;

import org.jspecify.annotations.NullMarked;
