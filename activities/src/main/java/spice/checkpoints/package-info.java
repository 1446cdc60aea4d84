/// Checkpoints and lineages in the store: manifests, records, model files. Knows model, steps.
@NullMarked
package spice.checkpoints;

import org.jspecify.annotations.NullMarked;
