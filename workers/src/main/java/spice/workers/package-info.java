/// Programs: the command line, the worker processes, and the one place where their parts are put together.
@NullMarked
package spice.workers;

import org.jspecify.annotations.NullMarked;
