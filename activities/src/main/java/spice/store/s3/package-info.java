/// The blob store on S3, on whichever server honours create-only writes.
@NullMarked
package spice.store.s3;

import org.jspecify.annotations.NullMarked;
