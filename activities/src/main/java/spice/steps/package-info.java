/// How a step survives: results found in the store, work cut into shards, heartbeats. Knows model.
@NullMarked
package spice.steps;

import org.jspecify.annotations.NullMarked;
