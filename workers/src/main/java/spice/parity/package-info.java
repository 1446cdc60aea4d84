/// `spice parity`: whether our models and transformers compute the same from the same checkpoints. Knows model,
/// program, processes, bench.
@NullMarked
package spice.parity;

import org.jspecify.annotations.NullMarked;
