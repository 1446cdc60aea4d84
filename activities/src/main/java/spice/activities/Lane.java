package spice.activities;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import spice.store.BlobRef;
import spice.store.BlobStore;

/// One lane of a stage: works off every `lanes`-th shard on the sampler's threads, several shards at a time, and
/// passes over those that are in the store.
///
/// @param stage the step's name in the store
/// @param version raised by hand when a shard would come out differently for the same inputs
record Lane(BlobStore store, ExecutorService threads, Heartbeat heartbeat, String stage, int version) {

    /// A shard's result with its number, so that lanes can be put back in order.
    record Shard(int number, BlobRef blob) {}

    /// What a lane did, and how many of its shards were there already.
    record Outcome(BlobRef shards, int found) {}

    /// @param shards of the whole stage
    /// @param inputs what a shard's result depends on
    /// @param work takes one shard
    Outcome work(int lane, int lanes, int shards, IntFunction<?> inputs, IntFunction<BlobRef> work) {
        Steps steps = new Steps(store);
        List<Integer> mine = IntStream.range(0, shards)
                .filter(shard -> shard % lanes == lane)
                .boxed()
                .toList();
        List<Steps.Result> results = inParallel(mine.stream()
                .<Supplier<Steps.Result>>map(shard -> () -> {
                    heartbeat.now("%s shard %d of %d".formatted(stage, shard + 1, shards));
                    return steps.once(stage, version, inputs.apply(shard), () -> work.apply(shard));
                })
                .toList());
        List<Shard> done = IntStream.range(0, mine.size())
                .mapToObj(i -> new Shard(mine.get(i), results.get(i).blob()))
                .toList();
        return new Outcome(Blobs.put(store, done), (int)
                results.stream().filter(Steps.Result::found).count());
    }

    /// Returns or throws when all have ended: whoever comes next needs the device, and may close the models.
    private <T> List<T> inParallel(List<Supplier<T>> work) {
        AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
        List<CompletableFuture<T>> futures = work.stream()
                .map(item -> CompletableFuture.supplyAsync(() -> unless(failure, item), threads))
                .toList();
        CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .exceptionally(_ -> null)
                .join();
        try {
            return futures.stream().map(CompletableFuture::join).toList();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /// Begins nothing after a failure.
    private static <T> T unless(AtomicReference<@Nullable RuntimeException> failure, Supplier<T> work) {
        RuntimeException first = failure.get();
        if (first != null) {
            throw first;
        }
        try {
            return work.get();
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
            throw e;
        }
    }

    /// All shards of a stage in order, from what its lanes returned.
    static <T> List<T> collect(BlobStore store, List<BlobRef> lanes, Class<T> type) {
        return lanes.stream()
                .flatMap(lane -> Blobs.get(store, lane, Shard.class).stream())
                .sorted(Comparator.comparingInt(Shard::number))
                .flatMap(shard -> Blobs.get(store, shard.blob(), type).stream())
                .toList();
    }
}
