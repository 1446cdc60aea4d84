/// The spice merchant's archive: documents of eight formats from a seed. Knows domain, store, ledger.
@NullMarked
package spice.archive;

import org.jspecify.annotations.NullMarked;
