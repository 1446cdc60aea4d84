/// A worker process: its activities, its devices, its place in a rollout. Knows every room above it in
/// CONTRIBUTING.md's map.
@NullMarked
package spice.workers;

import org.jspecify.annotations.NullMarked;
