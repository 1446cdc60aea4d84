/// One pass of DrGRPO: update batches, a training step here or at a launcher, snapshots on the way. Knows model,
/// steps, checkpoints, policies, roles, judging, launcher.
@NullMarked
package spice.training;

import org.jspecify.annotations.NullMarked;
