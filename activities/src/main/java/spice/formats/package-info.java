/// How the model is asked to pose and to answer: prompts from resource files, one parser for each reply. Knows
/// ledger, chat, verify.
@NullMarked
package spice.formats;

import org.jspecify.annotations.NullMarked;
