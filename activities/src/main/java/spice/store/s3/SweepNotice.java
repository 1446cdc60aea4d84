package spice.store.s3;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.S3Object;
import spice.store.StoreException;

/// An announcement in the bucket that a process is removing objects: `sweep/<number>`, and `sweep/<number>.done`
/// once the removal is over. Numbers are created in order and only once, so at most one sweep goes on at a time. A
/// sweep whose process died is over after [#LIFE]. All methods throw [StoreException] if the server fails.
record SweepNotice(S3Bucket bucket) {
    /// Age at which a sweep counts as over even if nobody has ended it; its process stops long before, by its own
    /// clock.
    static final Duration LIFE = Duration.ofMinutes(2);

    private static final String FOLDER = "sweep/";
    private static final String DONE = ".done";
    private static final Duration POLL = Duration.ofMillis(200);

    /// Announces a sweep.
    ///
    /// @return the key of the announcement, for [#end]
    /// @throws StoreException if another sweep is going on
    String begin() {
        List<String> keys = keys();
        Optional<String> last = last(keys);
        if (last.filter(key -> isGoingOn(key, keys)).isPresent()) {
            throw inUse(last.get());
        }
        String next = "%s%012d".formatted(FOLDER, last.map(SweepNotice::number).orElse(0L) + 1);
        if (!bucket.create(next, RequestBody.empty(), Optional.empty())) {
            throw inUse(next);
        }
        keys.stream()
                .filter(key -> bucket.head(key).flatMap(S3Bucket.Head::writer).isPresent())
                .forEach(bucket::remove);
        return next;
    }

    void end(String notice) {
        bucket.create(notice + DONE, RequestBody.empty(), Optional.empty());
    }

    /// Waits until no sweep is going on.
    ///
    /// @return whether there was one
    boolean awaitEnd() {
        boolean waited = false;
        while (isGoingOn()) {
            waited = true;
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoreException("interrupted while waiting for `spice store gc`", e);
            }
        }
        return waited;
    }

    private boolean isGoingOn() {
        List<String> keys = keys();
        return last(keys).filter(key -> isGoingOn(key, keys)).isPresent();
    }

    private boolean isGoingOn(String notice, List<String> keys) {
        return !keys.contains(notice + DONE)
                && bucket.head(notice)
                        .filter(head -> head.age().compareTo(LIFE) < 0)
                        .isPresent();
    }

    private static Optional<String> last(List<String> keys) {
        return keys.stream().filter(key -> !key.endsWith(DONE)).max(Comparator.naturalOrder());
    }

    private static long number(String notice) {
        return Long.parseLong(notice.substring(FOLDER.length()));
    }

    private List<String> keys() {
        try {
            return bucket
                    .client()
                    .listObjectsV2Paginator(r -> r.bucket(bucket.name()).prefix(FOLDER))
                    .contents()
                    .stream()
                    .map(S3Object::key)
                    .filter(key -> key.matches(FOLDER + "\\d{12}(\\.done)?"))
                    .toList();
        } catch (SdkException e) {
            throw bucket.errors().of("list " + FOLDER, e);
        }
    }

    private static StoreException inUse(String notice) {
        return new StoreException(
                "another `spice store gc` is removing objects (%s); wait for it, or, if it was killed, for %d minutes"
                        .formatted(notice, LIFE.toMinutes()));
    }
}
