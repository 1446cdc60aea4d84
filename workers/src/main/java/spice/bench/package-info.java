/// `spice bench`: speed beside PyTorch and Tika, and where the time of an iteration goes. Knows model, ingest,
/// archive, store.s3, policies, program, processes, local.
@NullMarked
package spice.bench;

import org.jspecify.annotations.NullMarked;
