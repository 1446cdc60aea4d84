/// A run as one page for people: its data out of the store, and the page that shows it.
@NullMarked
package spice.report;

import org.jspecify.annotations.NullMarked;
