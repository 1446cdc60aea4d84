/// The paper's nouns and equations: pure values and functions. Knows no other room.
@NullMarked
package spice.domain;

import org.jspecify.annotations.NullMarked;
