package spice.store;

import static spice.domain.Check.require;

/// The name of a blob: the digest and length of its content, not its place.
///
/// @param sha256 of the content, 64 lower-case hexadecimal digits
/// @param bytes the content's length
public record BlobRef(String sha256, long bytes) {
    public BlobRef {
        require(sha256.matches("[0-9a-f]{64}"), "not a SHA-256: %s", sha256);
    }
}
