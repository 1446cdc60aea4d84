/// How dialogues are written: a checkpoint's own chat template in a limited process, or a plain transcript. Knows
/// model, steps.
@NullMarked
package spice.chat;

import org.jspecify.annotations.NullMarked;
