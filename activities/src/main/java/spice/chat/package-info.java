/// How dialogues are written: a checkpoint's own chat template in a sandbox, or a plain transcript. Knows model.
@NullMarked
package spice.chat;

import org.jspecify.annotations.NullMarked;
