package spice.store.s3;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import spice.store.StoreException;

/// One bucket in which nothing is ever changed: objects are created, once, and read.
///
/// @param name of the bucket
record S3Bucket(S3Client client, String name, Failures failures) {
    private static final Logger log = LoggerFactory.getLogger(S3Bucket.class);

    /// Metadata that says which call created an object. A server's own temporary files have none.
    private static final String WRITER = "spice-writer";

    private static final String PROBE = "probe/create-only";

    /// Makes the bucket if it is missing, and proves that its server refuses a second create-only write.
    ///
    /// @throws StoreException if it does not, or cannot be used for another reason
    void prepare() {
        try {
            // Not HEAD: its refusal has no body to say why.
            client.listObjectsV2(r -> r.bucket(name).prefix(PROBE).maxKeys(1));
        } catch (S3Exception e) {
            if (e.statusCode() != 404) {
                throw failures.of("look at the bucket " + name, e);
            }
            make();
        } catch (SdkException e) {
            throw failures.of("look at the bucket " + name, e);
        }
        probe();
    }

    private void make() {
        try {
            client.createBucket(r -> r.bucket(name));
            log.info("{} now has a bucket {}", failures.server(), name);
        } catch (S3Exception e) {
            // Another worker that starts at the same moment may have been first.
            if (e.statusCode() != 409) {
                throw failures.of("create the bucket " + name, e);
            }
        } catch (SdkException e) {
            throw failures.of("create the bucket " + name, e);
        }
    }

    /// Everything rests on the first writer winning. Of the two writes the first may already be refused: the
    /// object stays there from the first start on.
    private void probe() {
        boolean refused;
        try {
            boolean first = put(PROBE, UUID.randomUUID().toString(), RequestBody.empty(), Optional.empty());
            refused = !first || !put(PROBE, UUID.randomUUID().toString(), RequestBody.empty(), Optional.empty());
        } catch (S3Exception e) {
            if (e.statusCode() != 501) {
                throw failures.of("create " + PROBE, e);
            }
            refused = false;
        } catch (SdkException e) {
            throw failures.of("create " + PROBE, e);
        }
        if (!refused) {
            throw new StoreException(
                    "%s does not refuse a second create-only PUT (If-None-Match: *), so two workers could overwrite each other's results: it is not used. Use AWS S3, or a server that honours that header, such as the local one."
                            .formatted(failures.server()));
        }
    }

    /// Creates an object unless it exists.
    ///
    /// @param sha256 of the body in base64, for the server to check; empty for small ones, which
    ///     the SDK guards itself
    /// @return whether this call created it
    boolean create(String key, RequestBody body, Optional<String> sha256) {
        String writer = UUID.randomUUID().toString();
        try {
            // The answer to a write can get lost: the SDK's own second attempt then meets what its first has written.
            return put(key, writer, body, sha256)
                    || head(key).filter(h -> wrote(writer, h)).isPresent();
        } catch (SdkException e) {
            throw failures.of("store " + key, e);
        }
    }

    private boolean put(String key, String writer, RequestBody body, Optional<String> sha256) {
        PutObjectRequest.Builder request = PutObjectRequest.builder()
                .bucket(name)
                .key(key)
                .ifNoneMatch("*")
                .metadata(Map.of(WRITER, writer));
        sha256.ifPresent(request::checksumSHA256);
        try {
            client.putObject(request.build(), body);
            return true;
        } catch (S3Exception e) {
            if (e.statusCode() == 412) {
                return false;
            }
            throw e;
        }
    }

    private static boolean wrote(String writer, HeadObjectResponse object) {
        return writer.equals(object.metadata().get(WRITER));
    }

    /// Whether this object was put there by a [create], rather than left behind by a server that was killed.
    boolean isCreated(String key) {
        return head(key).filter(object -> object.metadata().containsKey(WRITER)).isPresent();
    }

    /// The length of an object, if there is one.
    Optional<Long> length(String key) {
        return head(key).map(HeadObjectResponse::contentLength);
    }

    private Optional<HeadObjectResponse> head(String key) {
        try {
            return Optional.of(client.headObject(r -> r.bucket(name).key(key)));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (SdkException e) {
            throw failures.of("look for " + key, e);
        }
    }

    /// The bytes of a small object, if there is one.
    Optional<byte[]> read(String key) {
        try {
            return Optional.of(
                    client.getObjectAsBytes(r -> r.bucket(name).key(key)).asByteArray());
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (SdkException e) {
            throw failures.of("read " + key, e);
        }
    }
}
