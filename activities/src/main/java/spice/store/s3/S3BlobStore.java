package spice.store.s3;

import static spice.domain.Check.require;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.apache.commons.io.input.CloseShieldInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.ContentReader;
import spice.store.Json;
import spice.store.ObjectKeys;
import spice.store.RunningDigest;
import spice.store.StepKey;
import spice.store.StoreException;
import spice.store.StoreUpkeep;
import spice.store.WholeFile;

/// The blob store on an S3 bucket. Every write is create-only (`If-None-Match: *`). An answer of 412 means that
/// another writer was first, which for a blob is as good as having written it. Only an object that has not been
/// used for [StoreUpkeep#FRESH] is written again, with the same content.
///
/// All methods throw [StoreException] if the server fails.
public final class S3BlobStore implements BlobStore, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(S3BlobStore.class);

    /// Largest body of one request, in bytes. S3 accepts five times as much.
    private static final long REQUEST_BYTES = 1L << 30;

    /// Bytes up to which content is sent or read whole without a second thought.
    private static final long SMALL = 1L << 20;

    private final S3Client client;
    private final S3Bucket bucket;
    private final long requestBytes;
    private final AtomicLong differentResults = new AtomicLong();

    private S3BlobStore(S3Client client, S3Bucket bucket, long requestBytes) {
        this.client = client;
        this.bucket = bucket;
        this.requestBytes = requestBytes;
    }

    /// Opens the store, creates its bucket if it is missing, and checks that the server refuses a second
    /// create-only write.
    ///
    /// @throws StoreException if the server cannot be reached, refuses the key, or does not refuse such a write
    public static S3BlobStore open(S3Location location) {
        return on(S3Clients.open(location), location, REQUEST_BYTES);
    }

    /// Opens a store whose requests are counted as `spice.s3.*`.
    ///
    /// @throws StoreException as [#open] does
    public static S3BlobStore counted(S3Location location, MeterRegistry meters) {
        return counted(location, meters, REQUEST_BYTES);
    }

    /// @param requestBytes largest body of a request, five megabytes or more
    static S3BlobStore counted(S3Location location, MeterRegistry meters, long requestBytes) {
        return on(S3Clients.counted(location, meters), location, requestBytes);
    }

    private static S3BlobStore on(S3Client client, S3Location location, long requestBytes) {
        try {
            S3Bucket bucket = S3Bucket.of(client, location);
            bucket.prepare();
            return new S3BlobStore(client, bucket, requestBytes);
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /// What to send for a blob that is not there.
    private sealed interface Content {
        /// A body that fits one request.
        record Whole(RequestBody body) implements Content {}

        /// A file that needs several requests.
        ///
        /// @param sent takes the bytes sent so far
        record Parts(Path file, LongConsumer sent) implements Content {}
    }

    @Override
    public BlobRef put(byte[] content) {
        BlobRef ref = new BlobRef(Json.sha256(content), content.length);
        put(ref, new Content.Whole(RequestBody.fromBytes(content)));
        return ref;
    }

    @Override
    public BlobRef put(Path file) {
        return put(file, _ -> {});
    }

    @Override
    public BlobRef put(Path file, LongConsumer done) {
        BlobRef ref = digest(file, done);
        LongConsumer sent = bytes -> done.accept(ref.bytes() + bytes);
        put(
                ref,
                ref.bytes() > requestBytes
                        ? new Content.Parts(file, sent)
                        : new Content.Whole(PartedUpload.body(file, 0, ref.bytes(), sent)));
        return ref;
    }

    private void put(BlobRef ref, Content content) {
        // Sending a large body only to learn that the blob exists is a waste.
        boolean askFirst = ref.bytes() > SMALL;
        while (!(askFirst && isKept(ref)) && !create(ref, content)) {
            askFirst = true;
        }
    }

    private static BlobRef digest(Path file, LongConsumer done) {
        try {
            return RunningDigest.of(file, done);
        } catch (IOException e) {
            throw new StoreException("cannot read %s, which was to be stored (%s)".formatted(file, e), e);
        }
    }

    private boolean create(BlobRef ref, Content content) {
        String key = ObjectKeys.blob(ref.sha256());
        return switch (content) {
            case Content.Whole(RequestBody body) -> bucket.create(key, body, Optional.of(checksum(ref)));
            case Content.Parts(Path file, LongConsumer sent) -> {
                new PartedUpload(bucket, requestBytes)
                        .put(key, file, sent, () -> digest(file, _ -> {}).equals(ref));
                yield true;
            }
        };
    }

    /// The digest in base64. With it the server refuses a body that does not match its key, such as a file that
    /// somebody has changed in the meantime.
    private static String checksum(BlobRef ref) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(ref.sha256()));
    }

    /// Whether the blob exists in its full length and stays. One that has not been used for [StoreUpkeep#FRESH] is
    /// written again, by the rules of [StoreUpkeep]; the server copies it, so nothing is sent.
    ///
    /// @throws StoreException if the blob has another length
    private boolean isKept(BlobRef ref) {
        String key = ObjectKeys.blob(ref.sha256());
        while (true) {
            Optional<S3Bucket.Head> head = bucket.head(key);
            if (head.isEmpty()) {
                return false;
            }
            if (head.get().bytes() != ref.bytes()) {
                throw damaged(ref, "%d bytes".formatted(head.get().bytes()));
            }
            if (head.get().age().compareTo(StoreUpkeep.FRESH) < 0) {
                return true;
            }
            boolean again = ref.bytes() > requestBytes
                    ? new PartedUpload(bucket, requestBytes).again(key, ref.bytes())
                    : bucket.again(key);
            if (again && !new SweepNotice(bucket).awaitEnd()) {
                return true;
            }
        }
    }

    @Override
    public byte[] get(BlobRef ref) {
        byte[] content = bucket.read(ObjectKeys.blob(ref.sha256())).orElseThrow(() -> missing(ref));
        check(ref, new BlobRef(Json.sha256(content), content.length));
        return content;
    }

    @Override
    public <T> T read(BlobRef ref, ContentReader<T> reader) {
        try {
            // The SDK repeats the request for small content if the connection breaks.
            return ref.bytes() <= SMALL ? reader.of(new ByteArrayInputStream(get(ref))) : stream(ref, reader);
        } catch (IOException e) {
            throw new StoreException(
                    "%s cannot be read from %s to its end (%s)"
                            .formatted(
                                    ObjectKeys.blob(ref.sha256()),
                                    bucket.errors().server(),
                                    S3Errors.oneLine(e)),
                    e);
        }
    }

    private <T> T stream(BlobRef ref, ContentReader<T> reader) throws IOException {
        RunningDigest digest = new RunningDigest();
        try (ResponseInputStream<GetObjectResponse> in = open(ref)) {
            try {
                InputStream content = CloseShieldInputStream.wrap(digest.of(in));
                try {
                    return reader.of(content);
                } finally {
                    // Damage explains what the reader could not.
                    content.transferTo(OutputStream.nullOutputStream());
                    check(ref, digest.ref());
                }
            } catch (IOException | RuntimeException e) {
                // close() alone would first read the rest.
                in.abort();
                throw e;
            }
        }
    }

    @Override
    public void copyTo(BlobRef ref, Path file) {
        Path target = file.toAbsolutePath();
        try (WholeFile whole = WholeFile.beside(target)) {
            check(ref, download(ref, whole.unfinished()));
            whole.finish();
        } catch (IOException e) {
            throw new StoreException(
                    "cannot copy %s from %s to %s: %s. Is there space on its disk?"
                            .formatted(
                                    ObjectKeys.blob(ref.sha256()),
                                    bucket.errors().server(),
                                    target,
                                    S3Errors.oneLine(e)),
                    e);
        }
    }

    private BlobRef download(BlobRef ref, Path part) throws IOException {
        RunningDigest digest = new RunningDigest();
        try (ResponseInputStream<GetObjectResponse> in = open(ref);
                OutputStream out = Files.newOutputStream(part)) {
            try {
                digest.pass(in, out);
            } catch (IOException e) {
                // close() alone would first read the rest.
                in.abort();
                throw e;
            }
        }
        return digest.ref();
    }

    private ResponseInputStream<GetObjectResponse> open(BlobRef ref) {
        String key = ObjectKeys.blob(ref.sha256());
        try {
            return client.getObject(r -> r.bucket(bucket.name()).key(key));
        } catch (NoSuchKeyException e) {
            throw missing(ref);
        } catch (SdkException e) {
            throw bucket.errors().of("read " + key, e);
        }
    }

    private void check(BlobRef expected, BlobRef found) {
        if (!found.equals(expected)) {
            throw damaged(expected, "%d bytes with SHA-256 %s".formatted(found.bytes(), found.sha256()));
        }
    }

    private StoreException damaged(BlobRef ref, String found) {
        return new StoreException(
                "%s holds a damaged %s: expected %d bytes with this SHA-256, found %s. Delete the object: the step that made it is then repeated."
                        .formatted(bucket.errors().server(), ObjectKeys.blob(ref.sha256()), ref.bytes(), found));
    }

    private StoreException missing(BlobRef ref) {
        return new StoreException("%s does not hold %s. Repeat the run: the step that made it is then repeated."
                .formatted(bucket.errors().server(), ObjectKeys.blob(ref.sha256())));
    }

    /// A result whose blob has been deleted counts as none, so that its step is repeated.
    @Override
    public Optional<BlobRef> find(StepKey key) {
        return committed(key).filter(this::isKept);
    }

    private Optional<BlobRef> committed(StepKey key) {
        String index = ObjectKeys.index(key);
        return bucket.read(index).map(json -> Json.read(json, BlobRef.class, index));
    }

    @Override
    public BlobRef commit(StepKey key, BlobRef result) {
        String index = ObjectKeys.index(key);
        if (bucket.create(index, RequestBody.fromBytes(Json.bytes(result)), Optional.empty())) {
            return result;
        }
        BlobRef winner = committed(key)
                .orElseThrow(() -> new StoreException(
                        "%s was deleted while it was being committed. Run the step again.".formatted(index)));
        if (!winner.equals(result)) {
            differentResults.incrementAndGet();
            log.warn("{} is {} already; this time the step gave {}. The first one stays.", index, winner, result);
        }
        renew(index, winner);
        return winner;
    }

    /// Writes an old index entry again, by the rules of [StoreUpkeep]: garbage collection may be about to remove
    /// it, because its blob was missing until now.
    private void renew(String index, BlobRef result) {
        RequestBody body = RequestBody.fromBytes(Json.bytes(result));
        while (bucket.head(index)
                .filter(head -> head.age().compareTo(StoreUpkeep.FRESH) < 0)
                .isEmpty()) {
            bucket.replace(index, body, Optional.empty());
            if (!new SweepNotice(bucket).awaitEnd()) {
                return;
            }
        }
    }

    /// How often, since this store was opened, a step that was committed already gave another result. Anything but
    /// 0 means that some step is not a function of its inputs.
    public long differentResults() {
        return differentResults.get();
    }

    @Override
    public boolean create(String name, byte[] content) {
        return bucket.create(ObjectKeys.record(name), RequestBody.fromBytes(content), Optional.empty());
    }

    @Override
    public Optional<byte[]> read(String name) {
        return bucket.read(ObjectKeys.record(name));
    }

    @Override
    public List<String> list(String prefix) {
        require(prefix.endsWith("/"), "a prefix to list ends in a slash: '%s'", prefix);
        try {
            return client
                    .listObjectsV2Paginator(r -> r.bucket(bucket.name()).prefix(ObjectKeys.RECORDS + prefix))
                    .contents()
                    .stream()
                    .map(S3Object::key)
                    .filter(key -> !bucket.isLeftover(key))
                    .map(key -> key.substring(ObjectKeys.RECORDS.length()))
                    .sorted()
                    .toList();
        } catch (SdkException e) {
            throw bucket.errors().of("list " + prefix, e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
