/// How a step survives: results found in the store, work cut into shards, heartbeats, limited processes for
/// untrusted input. Knows model.
@NullMarked
package spice.steps;

import org.jspecify.annotations.NullMarked;
