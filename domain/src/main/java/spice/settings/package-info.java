/// The settings of a run: presets, ranges, groups, one reader. Knows store.
@NullMarked
package spice.settings;

import org.jspecify.annotations.NullMarked;
