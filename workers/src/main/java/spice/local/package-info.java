/// The local stack: starts, supervises, finds and stops Temporal, an S3 server and workers. Knows model,
/// store.s3, program, processes, telemetry.
@NullMarked
package spice.local;

import org.jspecify.annotations.NullMarked;
