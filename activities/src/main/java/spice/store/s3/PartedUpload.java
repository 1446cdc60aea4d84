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
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.commons.io.input.BoundedInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import spice.store.CountedInput;
import spice.store.StoreException;

/// Stores a large file in several requests, since S3 accepts at most five gigabytes in one. The object appears
/// whole or not at all. The upload is not create-only: two writers of one blob write the same content.
///
/// @param part bytes of each request; the last one may have fewer
record PartedUpload(S3Bucket bucket, long part) {
    private static final Logger log = LoggerFactory.getLogger(PartedUpload.class);
    private static final String BINARY = "application/octet-stream";

    /// Stores the file.
    ///
    /// @param sent takes the bytes sent so far
    /// @param same whether the file still has the content that its key names; asked once all parts are sent
    /// @throws StoreException if the file has changed, or the server fails
    void put(String key, Path file, LongConsumer sent, BooleanSupplier same) {
        long bytes = file.toFile().length();
        try {
            upload(key, bytes, (upload, span) -> send(key, upload, span, file, sent), () -> {
                if (!same.getAsBoolean()) {
                    throw new StoreException("%s has changed while it was stored; store it again".formatted(file));
                }
            });
        } catch (SdkException e) {
            throw bucket.errors().of("store " + key, e);
        }
    }

    /// Has the server write an object again from itself, so that it counts as new.
    ///
    /// @return whether the object was there
    boolean again(String key, long bytes) {
        try {
            upload(key, bytes, (upload, span) -> copy(key, upload, span), () -> {});
            return true;
        } catch (SdkException e) {
            if (S3Bucket.isGone(e)) {
                return false;
            }
            throw bucket.errors().of("renew " + key, e);
        }
    }

    /// @param length in bytes, which is not 0
    private record Span(int number, long from, long length) {}

    private interface Part {
        /// @return the part's tag
        String send(String upload, Span span);
    }

    private void upload(String key, long bytes, Part each, Runnable check) {
        String upload = bucket.client()
                .createMultipartUpload(r -> r.bucket(bucket.name())
                        .key(key)
                        .metadata(Map.of(S3Bucket.WRITER, UUID.randomUUID().toString())))
                .uploadId();
        try {
            List<CompletedPart> parts = spans(bytes)
                    .map(span -> CompletedPart.builder()
                            .partNumber(span.number())
                            .eTag(each.send(upload, span))
                            .build())
                    .toList();
            check.run();
            complete(key, upload, parts, bytes);
        } catch (RuntimeException e) {
            abort(key, upload);
            throw e;
        }
    }

    private Stream<Span> spans(long bytes) {
        return LongStream.range(0, Math.ceilDiv(bytes, part))
                .mapToObj(i -> new Span(Math.toIntExact(i + 1), i * part, Math.min(part, bytes - i * part)));
    }

    private String send(String key, String upload, Span span, Path file, LongConsumer sent) {
        return bucket.client()
                .uploadPart(
                        r -> r.bucket(bucket.name()).key(key).uploadId(upload).partNumber(span.number()),
                        body(file, span.from(), span.length(), sent))
                .eTag();
    }

    private String copy(String key, String upload, Span span) {
        return bucket.client()
                .uploadPartCopy(r -> r.sourceBucket(bucket.name())
                        .sourceKey(key)
                        .copySourceRange("bytes=%d-%d".formatted(span.from(), span.from() + span.length() - 1))
                        .destinationBucket(bucket.name())
                        .destinationKey(key)
                        .uploadId(upload)
                        .partNumber(span.number()))
                .copyPartResult()
                .eTag();
    }

    /// A request's body: a part of a file, which every attempt reads anew.
    ///
    /// @param sent takes the bytes of the file up to where it has been read
    static RequestBody body(Path file, long from, long length, LongConsumer sent) {
        return RequestBody.fromContentProvider(() -> open(file, from, length, sent), length, BINARY);
    }

    private static InputStream open(Path file, long from, long length, LongConsumer sent) {
        try {
            InputStream in = Files.newInputStream(file);
            in.skipNBytes(from);
            return new CountedInput(
                    BoundedInputStream.builder()
                            .setInputStream(in)
                            .setMaxCount(length)
                            .get(),
                    from,
                    sent);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read %s, which was to be stored".formatted(file), e);
        }
    }

    /// Completes the upload. If the first answer gets lost, the SDK's second attempt finds no upload any more; the
    /// object then proves that the first one succeeded.
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
            log.warn("parts of {} are left on {}: {}", key, bucket.errors().server(), S3Errors.oneLine(e));
        }
    }
}
