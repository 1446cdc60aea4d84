/// How fast we are, beside PyTorch and Tika on the same machine, and what an iteration spends its time on.
@NullMarked
package spice.bench;

import org.jspecify.annotations.NullMarked;
