/// What every program knows: its errors and exit codes, version, environment and machine. Knows model.
@NullMarked
package spice.program;

import org.jspecify.annotations.NullMarked;
