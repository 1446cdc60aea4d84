/// The small world that the nano model lives in: ledger lines, which any document may hold among its prose.
@NullMarked
package spice.ledger;

import org.jspecify.annotations.NullMarked;
