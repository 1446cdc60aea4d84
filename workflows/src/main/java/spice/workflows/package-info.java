/// What happens, in which order and with what patience. Reads as the paper's Algorithm 1; how a step is done is
/// the activities' affair, and bytes are the store's.
@NullMarked
package spice.workflows;

import org.jspecify.annotations.NullMarked;
