/// Everything that a person can say about a run, with presets, ranges and one reader.
@NullMarked
package spice.settings;

import org.jspecify.annotations.NullMarked;
