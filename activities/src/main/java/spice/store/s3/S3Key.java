package spice.store.s3;

import static spice.domain.Check.require;

/// A static S3 credential.
///
/// @param id the access key, which may be shown
/// @param secret the secret key, which is never shown
public record S3Key(String id, String secret) {
    public S3Key {
        require(!id.isBlank(), "an S3 key needs an id");
        require(!secret.isBlank(), "the S3 key %s needs a secret", id);
    }

    @Override
    public String toString() {
        return "S3Key[id=" + id + "]";
    }
}
