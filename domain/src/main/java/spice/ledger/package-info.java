/// Ledger lines: the arithmetic that the nano model learns from documents. Knows domain.
@NullMarked
package spice.ledger;

import org.jspecify.annotations.NullMarked;
