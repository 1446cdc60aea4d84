/// The nouns of a run as they travel through Temporal: plan, state, reports, figures, failures. Knows domain,
/// store, settings.
@NullMarked
package spice.runs;

import org.jspecify.annotations.NullMarked;
