/// One class of ours in DJL's package, for the one call that DJL keeps to itself.
@NullMarked
package ai.djl.pytorch.jni;

import org.jspecify.annotations.NullMarked;
