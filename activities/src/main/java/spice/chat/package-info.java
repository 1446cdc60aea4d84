/// How a checkpoint's dialogues are written: its own chat template, rendered in a sandbox, or a plain transcript.
@NullMarked
package spice.chat;

import org.jspecify.annotations.NullMarked;
