/// The operator's hand: what people ask of a run by updates, checked and kept until the run applies it. Knows the
/// nouns alone.
@NullMarked
package spice.operating;

import org.jspecify.annotations.NullMarked;
