/// The blob store on S3: AWS, or any server that honours create-only writes. Knows the nouns alone.
@NullMarked
package spice.store.s3;

import org.jspecify.annotations.NullMarked;
