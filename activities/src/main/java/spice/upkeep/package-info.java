/// Store maintenance: what is kept, what is removed, whether everything is intact. Knows checkpoints, evaluation.
@NullMarked
package spice.upkeep;

import org.jspecify.annotations.NullMarked;
