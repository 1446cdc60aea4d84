/// Challenger and Reasoner at work: documents in, posed tasks out; tasks in, attempts out. Knows model, steps,
/// checkpoints, policies, chat, formats.
@NullMarked
package spice.roles;

import org.jspecify.annotations.NullMarked;
