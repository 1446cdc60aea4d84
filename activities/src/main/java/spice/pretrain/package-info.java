/// How the nano model is made: text in its language, supervised steps on it, scores of the result. Knows ledger,
/// model, formats.
@NullMarked
package spice.pretrain;

import org.jspecify.annotations.NullMarked;
