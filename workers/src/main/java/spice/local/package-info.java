/// The local stack: a real Temporal server, an S3 server on a folder, and the worker processes beside them.
@NullMarked
package spice.local;

import org.jspecify.annotations.NullMarked;
