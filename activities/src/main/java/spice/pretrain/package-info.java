/// How the nano model is made: text in its language, supervised steps on it, and the scores of what comes out. It
/// stands in for the base model that a user brings: able, but with a bad habit that we put there.
@NullMarked
package spice.pretrain;

import org.jspecify.annotations.NullMarked;
