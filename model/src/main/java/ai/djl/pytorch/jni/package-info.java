/// One class of ours in DJL's package, for one package-private call of DJL.
@NullMarked
package ai.djl.pytorch.jni;

import org.jspecify.annotations.NullMarked;
