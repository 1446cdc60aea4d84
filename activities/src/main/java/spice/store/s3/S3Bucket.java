package spice.store.s3;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import spice.store.ObjectKeys;
import spice.store.StoreException;

/// A bucket whose objects never change: they are created, read, perhaps written again with the same content, and
/// removed in the end. All methods throw [StoreException] if the server fails.
record S3Bucket(S3Client client, String name, S3Errors errors) {
    private static final Logger log = LoggerFactory.getLogger(S3Bucket.class);

    /// Metadata key: which call wrote an object. A server's own temporary files have no such mark.
    static final String WRITER = "spice-writer";

    private static final String PROBE = "probe/create-only";

    private static final Pattern LEFTOVER = Pattern.compile("(.*)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    static S3Bucket of(S3Client client, S3Location location) {
        String server = client.serviceClientConfiguration()
                .endpointOverride()
                .map("S3 at %s"::formatted)
                .orElse("AWS S3");
        return new S3Bucket(
                client,
                location.bucket(),
                new S3Errors(server, location.bucket(), location.key().isPresent()));
    }

    /// Creates the bucket if it is missing, and checks that its server refuses a second create-only write.
    ///
    /// @throws StoreException if the server accepts it, or cannot be used for another reason
    void prepare() {
        try {
            // Not HEAD: a refused HEAD has no body that says why.
            client.listObjectsV2(r -> r.bucket(name).prefix(PROBE).maxKeys(1));
        } catch (S3Exception e) {
            if (e.statusCode() != 404) {
                throw errors.of("look at the bucket " + name, e);
            }
            make();
        } catch (SdkException e) {
            throw errors.of("look at the bucket " + name, e);
        }
        probe();
    }

    private void make() {
        try {
            client.createBucket(r -> r.bucket(name));
            log.info("{} now has a bucket {}", errors.server(), name);
        } catch (S3Exception e) {
            // Another worker may have created it at the same moment.
            if (e.statusCode() != 409) {
                throw errors.of("create the bucket " + name, e);
            }
        } catch (SdkException e) {
            throw errors.of("create the bucket " + name, e);
        }
    }

    /// Writes one object twice. The whole store relies on the first writer winning. The object stays in the bucket,
    /// so that at later starts the first write is refused already.
    private void probe() {
        boolean refused;
        try {
            boolean first = put(PROBE, UUID.randomUUID().toString(), RequestBody.empty(), Optional.empty());
            refused = !first || !put(PROBE, UUID.randomUUID().toString(), RequestBody.empty(), Optional.empty());
        } catch (S3Exception e) {
            if (e.statusCode() != 501) {
                throw errors.of("create " + PROBE, e);
            }
            // What it has not implemented is the condition if it takes the same object without one.
            replace(PROBE, RequestBody.empty(), Optional.empty());
            refused = false;
        } catch (SdkException e) {
            throw errors.of("create " + PROBE, e);
        }
        if (!refused) {
            throw new StoreException(
                    "%s does not refuse a second create-only PUT (If-None-Match: *), so two workers could overwrite each other's results: it is not used. Use AWS S3, or a server that honours that header, such as the local one."
                            .formatted(errors.server()));
        }
    }

    /// Creates an object unless it exists.
    ///
    /// @param sha256 of the body in base64, for the server to check; empty for small bodies, which the SDK protects
    ///     by itself
    /// @return whether this call created it
    boolean create(String key, RequestBody body, Optional<String> sha256) {
        String writer = UUID.randomUUID().toString();
        try {
            // If the answer to a write gets lost, the SDK's second attempt meets what its first has written.
            return put(key, writer, body, sha256)
                    || head(key)
                            .filter(h -> h.writer().equals(Optional.of(writer)))
                            .isPresent();
        } catch (SdkException e) {
            throw errors.of("store " + key, e);
        }
    }

    private boolean put(String key, String writer, RequestBody body, Optional<String> sha256) {
        try {
            client.putObject(request(key, writer, sha256).ifNoneMatch("*").build(), body);
            return true;
        } catch (S3Exception e) {
            if (e.statusCode() == 412) {
                return false;
            }
            throw e;
        }
    }

    private PutObjectRequest.Builder request(String key, String writer, Optional<String> sha256) {
        PutObjectRequest.Builder request =
                PutObjectRequest.builder().bucket(name).key(key).metadata(Map.of(WRITER, writer));
        sha256.ifPresent(request::checksumSHA256);
        return request;
    }

    /// Writes an object again with the same content, so that it counts as new.
    void replace(String key, RequestBody body, Optional<String> sha256) {
        try {
            client.putObject(request(key, UUID.randomUUID().toString(), sha256).build(), body);
        } catch (SdkException e) {
            throw errors.of("store " + key, e);
        }
    }

    /// Has the server write an object again from itself, so that it counts as new. For at most five gigabytes.
    ///
    /// @return whether the object was there
    boolean again(String key) {
        try {
            client.copyObject(r -> r.sourceBucket(name)
                    .sourceKey(key)
                    .destinationBucket(name)
                    .destinationKey(key)
                    .metadataDirective(MetadataDirective.REPLACE)
                    .metadata(Map.of(WRITER, UUID.randomUUID().toString())));
            return true;
        } catch (SdkException e) {
            if (isGone(e)) {
                return false;
            }
            throw errors.of("renew " + key, e);
        }
    }

    /// Whether an answer says that there is no such object.
    static boolean isGone(SdkException failure) {
        return failure instanceof S3Exception e
                && e.statusCode() == 404
                && e.awsErrorDetails() != null
                && "NoSuchKey".equals(e.awsErrorDetails().errorCode());
    }

    /// Whether a killed server left this object behind. A file server lists unfinished objects as `<key>-<uuid>`.
    /// One of our own names may look like that too, but our objects carry [#WRITER].
    boolean isLeftover(String key) {
        Matcher leftover = LEFTOVER.matcher(key);
        return leftover.matches()
                && ObjectKeys.content(leftover.group(1)).isPresent()
                && head(key).filter(head -> head.writer().isPresent()).isEmpty();
    }

    /// What a HEAD request tells about an object.
    ///
    /// @param writer which call wrote it
    /// @param written when, by the server's clock
    /// @param age by the server's clock
    record Head(long bytes, Optional<String> writer, Instant written, Duration age) {}

    /// Empty if there is no such object.
    Optional<Head> head(String key) {
        try {
            HeadObjectResponse head = client.headObject(r -> r.bucket(name).key(key));
            return Optional.of(new Head(
                    head.contentLength(),
                    Optional.ofNullable(head.metadata().get(WRITER)),
                    head.lastModified(),
                    Duration.between(head.lastModified(), now(head.sdkHttpResponse()))));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (SdkException e) {
            throw errors.of("look for " + key, e);
        }
    }

    /// The server's own time: an age is never computed from two clocks.
    static Instant now(SdkHttpResponse response) {
        return response.firstMatchingHeader("Date")
                .map(date -> DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from))
                .orElseThrow(() -> new StoreException("the S3 server's answers have no Date, which HTTP asks for"));
    }

    /// Removes an object, if it exists.
    void remove(String key) {
        try {
            client.deleteObject(r -> r.bucket(name).key(key));
        } catch (SdkException e) {
            throw errors.of("remove " + key, e);
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
            throw errors.of("read " + key, e);
        }
    }
}
