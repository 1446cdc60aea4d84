package spice.store.s3;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.commons.io.input.CloseShieldInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.S3Object;
import spice.store.ContentReader;
import spice.store.ObjectKeys;
import spice.store.StoreException;
import spice.store.StoreUpkeep;
import spice.store.Stored;

/// Upkeep of a store on S3. All methods throw [StoreException] if the server fails.
public final class S3Upkeep implements StoreUpkeep, AutoCloseable {
    /// The most objects that S3 removes in one request.
    private static final int BATCH = 1000;
    /// How long objects are checked before the checked ones are removed; writers wait meanwhile.
    private static final Duration LOOKING = Duration.ofSeconds(5);
    /// Nothing is removed later than this after its notice.
    private static final Duration SLOW = Duration.ofSeconds(45);
    /// Time limit of the removal itself. Together with [#SLOW] it stays far below [SweepNotice#LIFE].
    private static final Duration REMOVING = Duration.ofSeconds(30);

    private static final Logger log = LoggerFactory.getLogger(S3Upkeep.class);

    private final S3Client client;
    /// Sends each request once: a repeated removal could remove what was created after the first.
    private final S3Client once;
    private final S3Bucket bucket;
    private final SweepNotice notice;

    private final boolean allOurs;

    private S3Upkeep(S3Client client, S3Client once, S3Bucket bucket, boolean allOurs) {
        this.client = client;
        this.once = once;
        this.bucket = bucket;
        this.notice = new SweepNotice(bucket);
        this.allOurs = allOurs;
    }

    /// The upkeep of an existing store. It removes only what carries our mark: others may use the bucket too.
    public static S3Upkeep open(S3Location location) {
        return open(location, false);
    }

    /// The upkeep of an existing store.
    ///
    /// @param allOurs whether everything that lies where our objects would is ours, marked or not
    public static S3Upkeep open(S3Location location, boolean allOurs) {
        S3Client client = S3Clients.open(location);
        return new S3Upkeep(client, S3Clients.withoutRetries(location), S3Bucket.of(client, location), allOurs);
    }

    @Override
    public Listing list() {
        try {
            Optional<Instant> now = Optional.empty();
            List<Stored> objects = new ArrayList<>();
            for (ListObjectsV2Response page : client.listObjectsV2Paginator(r -> r.bucket(bucket.name()))) {
                now = now.or(() -> Optional.of(S3Bucket.now(page.sdkHttpResponse())));
                for (S3Object object : page.contents()) {
                    content(object.key())
                            .ifPresent(content -> objects.add(
                                    new Stored(object.key(), content, object.size(), object.lastModified())));
                }
            }
            objects.addAll(unfinished());
            return new Listing(now.orElseThrow(), objects);
        } catch (SdkException e) {
            throw bucket.errors().of("list the bucket " + bucket.name(), e);
        }
    }

    private List<Stored> unfinished() {
        return client
                .listMultipartUploadsPaginator(r -> r.bucket(bucket.name()).prefix(ObjectKeys.BLOBS))
                .uploads()
                .stream()
                .filter(upload -> ObjectKeys.content(upload.key()).isPresent())
                .map(upload -> new Stored(
                        upload.key(),
                        new Stored.Unfinished(upload.uploadId()),
                        partBytes(upload.key(), upload.uploadId()),
                        upload.initiated()))
                .toList();
    }

    private long partBytes(String key, String upload) {
        try {
            return client
                    .listPartsPaginator(r -> r.bucket(bucket.name()).key(key).uploadId(upload))
                    .parts()
                    .stream()
                    .mapToLong(Part::size)
                    .sum();
        } catch (NoSuchUploadException e) {
            // The upload has ended meanwhile.
            return 0;
        }
    }

    private Optional<Stored.Content> content(String key) {
        return bucket.isLeftover(key) ? Optional.of(new Stored.Leftover()) : ObjectKeys.content(key);
    }

    @Override
    public List<Stored> remove(Collection<Stored> doomed) {
        List<Stored> removed = new ArrayList<>();
        List<Stored> whole = new ArrayList<>();
        for (Stored object : doomed) {
            if (object.content() instanceof Stored.Unfinished(String upload)) {
                abort(object.key(), upload);
                removed.add(object);
            } else {
                whole.add(object);
            }
        }
        Iterator<Stored> left = whole.iterator();
        List<String> unmarked = new ArrayList<>();
        while (left.hasNext()) {
            removed.addAll(removeSome(left, unmarked));
        }
        if (!unmarked.isEmpty()) {
            log.warn(
                    "{} objects lie where ours would but carry no mark of ours, and stay; the first is {}. If a copy has lost the marks and nobody else writes to the bucket, `spice store gc --unmarked` removes them",
                    unmarked.size(),
                    unmarked.getFirst());
        }
        return removed;
    }

    private void abort(String key, String upload) {
        try {
            client.abortMultipartUpload(r -> r.bucket(bucket.name()).key(key).uploadId(upload));
        } catch (NoSuchUploadException e) {
            // The upload has ended meanwhile.
        } catch (SdkException e) {
            throw bucket.errors().of("remove parts of " + key, e);
        }
    }

    /// Removes as many as can be checked within [#LOOKING]. A removal that failed may still take place, so its
    /// notice is left to expire.
    private List<Stored> removeSome(Iterator<Stored> left, List<String> unmarked) {
        String sweep = notice.begin();
        long begun = System.nanoTime();
        List<Stored> removed = new ArrayList<>();
        List<Stored> there = new ArrayList<>();
        while (left.hasNext() && there.size() < BATCH && System.nanoTime() - begun < LOOKING.toNanos()) {
            Stored object = left.next();
            Optional<S3Bucket.Head> head = bucket.head(object.key());
            if (head.isEmpty()) {
                removed.add(object);
            } else if (!isOurs(object, head.get())) {
                unmarked.add(object.key());
            } else if (seconds(head.get().written()).equals(seconds(object.written()))) {
                there.add(object);
            }
        }
        if (System.nanoTime() - begun > SLOW.toNanos()) {
            notice.end(sweep);
            throw new StoreException("%s answers too slowly to remove anything safely; try again when it is less busy"
                    .formatted(bucket.errors().server()));
        }
        delete(there);
        notice.end(sweep);
        removed.addAll(there);
        return removed;
    }

    /// All that we write carries a mark. What a server left behind of it does not.
    private boolean isOurs(Stored object, S3Bucket.Head head) {
        return allOurs
                || object.content() instanceof Stored.Leftover
                || head.writer().isPresent();
    }

    /// A listing may give times in milliseconds, HTTP headers give them in seconds. An object that is written again
    /// was old, so its time differs by far more.
    private static Instant seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }

    private void delete(List<Stored> objects) {
        if (objects.isEmpty()) {
            return;
        }
        List<ObjectIdentifier> keys = objects.stream()
                .map(object -> ObjectIdentifier.builder().key(object.key()).build())
                .toList();
        try {
            DeleteObjectsResponse answer = once.deleteObjects(r -> r.bucket(bucket.name())
                    .delete(d -> d.objects(keys).quiet(true))
                    .overrideConfiguration(o -> o.apiCallTimeout(REMOVING)));
            if (answer.hasErrors() && !answer.errors().isEmpty()) {
                throw new StoreException("%s does not remove %s: %s"
                        .formatted(
                                bucket.errors().server(),
                                answer.errors().getFirst().key(),
                                answer.errors().getFirst().message()));
            }
        } catch (SdkException e) {
            throw bucket.errors().of("remove %d objects".formatted(keys.size()), e);
        }
    }

    @Override
    public <T> Optional<T> read(Stored object, ContentReader<T> reader) {
        try (ResponseInputStream<GetObjectResponse> in =
                client.getObject(r -> r.bucket(bucket.name()).key(object.key()))) {
            try {
                T value = reader.of(CloseShieldInputStream.wrap(in));
                if (in.read() >= 0) {
                    // close() alone would first read the rest.
                    in.abort();
                }
                return Optional.of(value);
            } catch (IOException | RuntimeException e) {
                in.abort();
                throw e;
            }
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (SdkException e) {
            throw bucket.errors().of("read " + object.key(), e);
        } catch (IOException e) {
            throw new StoreException(
                    "%s broke off while %s was read (%s)"
                            .formatted(bucket.errors().server(), object.key(), S3Errors.oneLine(e)),
                    e);
        }
    }

    @Override
    public void close() {
        client.close();
        once.close();
    }
}
