/// Looking after a store: what is kept, what may go, and whether all of it is whole.
@NullMarked
package spice.upkeep;

import org.jspecify.annotations.NullMarked;
