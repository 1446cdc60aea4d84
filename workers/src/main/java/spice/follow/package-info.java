/// How a person follows a run: events from Temporal, views that show them, files that a run leaves. Knows
/// store.s3, checkpoints, judging, tracking, report, program, local, live, temporal.
@NullMarked
package spice.follow;

import org.jspecify.annotations.NullMarked;
