/// Compares answers and gives verdicts; nothing is executed, and all work is bounded by counting. Knows the nouns
/// alone.
@NullMarked
package spice.verify;

import org.jspecify.annotations.NullMarked;
