package spice.store.s3;

import static spice.domain.Check.require;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
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
import spice.store.Json;
import spice.store.ObjectKeys;
import spice.store.RunningDigest;
import spice.store.StepKey;
import spice.store.StoreException;
import spice.store.StoreUpkeep;

/// The blob store on an S3 bucket. Every write is create-only (`If-None-Match: *`); an answer of 412 means that
/// somebody was first, which for a blob is as good as having written it. Only what has not been used for long is
/// written again, with what it holds: see [StoreUpkeep].
public final class S3BlobStore implements BlobStore, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(S3BlobStore.class);

    /// What is sent in one request. S3 would take five times as much.
    private static final long REQUEST_BYTES = 1L << 30;

    private final S3Client client;
    private final S3Bucket bucket;
    private final Duration fresh;
    private final long requestBytes;
    private final AtomicLong differentResults = new AtomicLong();

    private S3BlobStore(S3Client client, S3Bucket bucket, Duration fresh, long requestBytes) {
        this.client = client;
        this.bucket = bucket;
        this.fresh = fresh;
        this.requestBytes = requestBytes;
    }

    /// Opens the store, makes its bucket if it is missing, and proves that the server can be relied on.
    ///
    /// @throws StoreException if the server cannot be reached, refuses the key, or does not refuse a second
    ///     create-only write
    public static S3BlobStore open(S3Location location) {
        return open(location, StoreUpkeep.FRESH);
    }

    /// The same, with its requests counted: `spice.s3.*`.
    public static S3BlobStore open(S3Location location, MeterRegistry meters) {
        return open(S3Clients.open(location, meters), location, StoreUpkeep.FRESH, REQUEST_BYTES);
    }

    /// @param fresh see [StoreUpkeep#FRESH]
    static S3BlobStore open(S3Location location, Duration fresh) {
        return open(S3Clients.open(location), location, fresh, REQUEST_BYTES);
    }

    /// @param requestBytes what is sent in one request, five megabytes or more
    static S3BlobStore open(S3Location location, long requestBytes) {
        return open(S3Clients.open(location), location, StoreUpkeep.FRESH, requestBytes);
    }

    private static S3BlobStore open(S3Client client, S3Location location, Duration fresh, long requestBytes) {
        try {
            S3Bucket bucket = S3Bucket.of(client, location);
            bucket.prepare();
            return new S3BlobStore(client, bucket, fresh, requestBytes);
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /// What a blob is made of.
    private sealed interface Content {
        /// In one request.
        record Whole(RequestBody body) implements Content {}

        /// In several.
        record Parts(Path file) implements Content {}
    }

    @Override
    public BlobRef put(byte[] content) {
        BlobRef ref = new BlobRef(Json.sha256(content), content.length);
        createBlob(ref, new Content.Whole(RequestBody.fromBytes(content)));
        return ref;
    }

    @Override
    public BlobRef put(Path file) {
        BlobRef ref = digest(file);
        Content content =
                ref.bytes() > requestBytes ? new Content.Parts(file) : new Content.Whole(RequestBody.fromFile(file));
        // A large body is not worth sending only to learn that it is there.
        if (!isKept(ref, () -> Optional.of(content))) {
            createBlob(ref, content);
        }
        return ref;
    }

    private static BlobRef digest(Path file) {
        try {
            return RunningDigest.of(file);
        } catch (IOException e) {
            throw new StoreException("cannot read %s, which was to be stored (%s)".formatted(file, e), e);
        }
    }

    private void createBlob(BlobRef ref, Content content) {
        while (!create(ref, content)) {
            if (isKept(ref, () -> Optional.of(content))) {
                return;
            }
        }
    }

    private boolean create(BlobRef ref, Content content) {
        String key = ObjectKeys.blob(ref.sha256());
        return switch (content) {
            case Content.Whole(RequestBody body) -> bucket.create(key, body, Optional.of(checksum(ref)));
            case Content.Parts(Path file) -> {
                putParts(ref, file);
                yield true;
            }
        };
    }

    private void replace(BlobRef ref, Content content) {
        String key = ObjectKeys.blob(ref.sha256());
        switch (content) {
            case Content.Whole(RequestBody body) -> bucket.replace(key, body, Optional.of(checksum(ref)));
            case Content.Parts(Path file) -> putParts(ref, file);
        }
    }

    private void putParts(BlobRef ref, Path file) {
        new PartedUpload(bucket, requestBytes)
                .put(ObjectKeys.blob(ref.sha256()), file, () -> digest(file).equals(ref));
    }

    /// With the digest sent along, the server itself refuses a body that is not what its key says, such as a file
    /// that somebody changed in the meantime.
    private static String checksum(BlobRef ref) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(ref.sha256()));
    }

    /// Whether the blob is there in its full length, and stays: one that has not been used for long is written
    /// again, by the rules of [StoreUpkeep].
    ///
    /// @throws StoreException if it is there in another length
    private boolean isKept(BlobRef ref, Supplier<Optional<Content>> content) {
        String key = ObjectKeys.blob(ref.sha256());
        while (true) {
            Optional<S3Bucket.Head> head = bucket.head(key);
            if (head.isEmpty()) {
                return false;
            }
            if (head.get().bytes() != ref.bytes()) {
                throw damaged(ref, "%d bytes".formatted(head.get().bytes()));
            }
            if (head.get().age().compareTo(fresh) < 0) {
                return true;
            }
            Optional<Content> again = content.get();
            if (again.isEmpty()) {
                return false;
            }
            replace(ref, again.get());
            if (!new SweepNotice(bucket).awaitEnd()) {
                return true;
            }
        }
    }

    @Override
    public byte[] get(BlobRef ref) {
        return content(ref).orElseThrow(() -> missing(ref));
    }

    private Optional<byte[]> content(BlobRef ref) {
        Optional<byte[]> content = bucket.read(ObjectKeys.blob(ref.sha256()));
        content.ifPresent(bytes -> check(ref, new BlobRef(Json.sha256(bytes), bytes.length)));
        return content;
    }

    @Override
    public void copyTo(BlobRef ref, Path file) {
        Path target = file.toAbsolutePath();
        Path part = target.resolveSibling(".%s.%s.part".formatted(target.getFileName(), UUID.randomUUID()));
        try {
            Files.createDirectories(target.getParent());
            check(ref, download(ref, part));
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new StoreException(
                    "cannot copy %s from %s to %s: %s. Is there space on its disk?"
                            .formatted(
                                    ObjectKeys.blob(ref.sha256()),
                                    bucket.failures().server(),
                                    target,
                                    Failures.oneLine(e)),
                    e);
        } finally {
            delete(part);
        }
    }

    private BlobRef download(BlobRef ref, Path part) throws IOException {
        RunningDigest digest = new RunningDigest();
        try (ResponseInputStream<GetObjectResponse> in = open(ref);
                OutputStream out = Files.newOutputStream(part)) {
            try {
                digest.pass(in, out);
            } catch (IOException e) {
                // Closing alone would first read the rest.
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
            throw bucket.failures().of("read " + key, e);
        }
    }

    private static void delete(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            log.warn("{} is left behind: {}", part, Failures.oneLine(e));
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
                        .formatted(bucket.failures().server(), ObjectKeys.blob(ref.sha256()), ref.bytes(), found));
    }

    private StoreException missing(BlobRef ref) {
        return new StoreException("%s does not hold %s. Repeat the run: the step that made it is then repeated."
                .formatted(bucket.failures().server(), ObjectKeys.blob(ref.sha256())));
    }

    /// A result whose blob was deleted since counts as none, so that its step is repeated.
    @Override
    public Optional<BlobRef> find(StepKey key) {
        return committed(key)
                .filter(ref -> isKept(
                        ref, () -> content(ref).map(RequestBody::fromBytes).map(Content.Whole::new)));
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

    /// Writes an entry of long ago again, by the rules of [StoreUpkeep]: it may just be on its way out, because its
    /// blob was missing until now.
    private void renew(String index, BlobRef result) {
        RequestBody body = RequestBody.fromBytes(Json.bytes(result));
        while (bucket.head(index)
                .filter(head -> head.age().compareTo(fresh) < 0)
                .isEmpty()) {
            bucket.replace(index, body, Optional.empty());
            if (!new SweepNotice(bucket).awaitEnd()) {
                return;
            }
        }
    }

    /// How often a step that was committed already gave another result, since this store was opened. Anything but
    /// 0 says that some step is not a function of its inputs.
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
                    .filter(this::isRecord)
                    .map(key -> key.substring(ObjectKeys.RECORDS.length()))
                    .sorted()
                    .toList();
        } catch (SdkException e) {
            throw bucket.failures().of("list " + prefix, e);
        }
    }

    private boolean isRecord(String key) {
        return !bucket.isLeftover(key);
    }

    @Override
    public void close() {
        client.close();
    }
}
