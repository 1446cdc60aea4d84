package spice.store.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.apache.commons.io.input.BoundedInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import spice.store.StoreException;

/// A file that is stored in several requests, since S3 takes no more than five gigabytes in one. The object appears
/// whole or not at all. It is not create-only: two who store a blob at once store the same.
///
/// @param part how many bytes a request has; all but the last one
record PartedUpload(S3Bucket bucket, long part) {
    private static final Logger log = LoggerFactory.getLogger(PartedUpload.class);
    private static final String BINARY = "application/octet-stream";

    /// Stores the file.
    ///
    /// @param same whether the file is still what its key says, asked when all of it is there
    /// @throws StoreException if it is not, or the server fails
    void put(String key, Path file, BooleanSupplier same) {
        try {
            String upload = bucket.client()
                    .createMultipartUpload(r -> r.bucket(bucket.name())
                            .key(key)
                            .metadata(Map.of(S3Bucket.WRITER, UUID.randomUUID().toString())))
                    .uploadId();
            try {
                List<CompletedPart> parts = parts(key, upload, file);
                if (!same.getAsBoolean()) {
                    throw new StoreException("%s has changed while it was stored; store it again".formatted(file));
                }
                complete(key, upload, parts, file.toFile().length());
            } catch (RuntimeException e) {
                abort(key, upload);
                throw e;
            }
        } catch (SdkException e) {
            throw bucket.failures().of("store " + key, e);
        }
    }

    private List<CompletedPart> parts(String key, String upload, Path file) {
        long bytes = file.toFile().length();
        return LongStream.range(0, Math.ceilDiv(bytes, part))
                .mapToObj(i -> {
                    int number = Math.toIntExact(i + 1);
                    long from = i * part;
                    long length = Math.min(part, bytes - from);
                    String tag = bucket.client()
                            .uploadPart(
                                    r -> r.bucket(bucket.name())
                                            .key(key)
                                            .uploadId(upload)
                                            .partNumber(number),
                                    RequestBody.fromContentProvider(() -> open(file, from, length), length, BINARY))
                            .eTag();
                    return CompletedPart.builder().partNumber(number).eTag(tag).build();
                })
                .toList();
    }

    private static InputStream open(Path file, long from, long length) {
        try {
            InputStream in = Files.newInputStream(file);
            in.skipNBytes(from);
            return BoundedInputStream.builder()
                    .setInputStream(in)
                    .setMaxCount(length)
                    .get();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read %s, which was to be stored".formatted(file), e);
        }
    }

    /// The answer can get lost: the SDK's own second attempt then finds no upload, but the object.
    private void complete(String key, String upload, List<CompletedPart> parts, long bytes) {
        try {
            bucket.client()
                    .completeMultipartUpload(r ->
                            r.bucket(bucket.name()).key(key).uploadId(upload).multipartUpload(all -> all.parts(parts)));
        } catch (SdkException e) {
            if (bucket.head(key).filter(head -> head.bytes() == bytes).isEmpty()) {
                throw e;
            }
        }
    }

    private void abort(String key, String upload) {
        try {
            bucket.client()
                    .abortMultipartUpload(r -> r.bucket(bucket.name()).key(key).uploadId(upload));
        } catch (SdkException e) {
            log.warn("parts of {} are left on {}: {}", key, bucket.failures().server(), Failures.oneLine(e));
        }
    }
}
