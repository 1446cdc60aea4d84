/// The activities that a worker registers: each fetches, calls one room, stores and reports. Knows model, ingest,
/// archive, workflows, corpus, steps, checkpoints, policies, formats, roles, judging, evaluation, launcher,
/// training.
@NullMarked
package spice.activities;

import org.jspecify.annotations.NullMarked;
