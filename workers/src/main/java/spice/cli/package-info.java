/// The command line: one file a command, and the options that commands share. Knows every room above it in
/// CONTRIBUTING.md's map.
@NullMarked
package spice.cli;

import org.jspecify.annotations.NullMarked;
