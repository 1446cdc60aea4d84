package spice.steps;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.store.StepKey;

/// One lane of a stage. It works on every `lanes`-th shard, several at a time on the sampler's threads, and skips
/// shards whose result is in the store.
///
/// @param stage the step's name in the store
/// @param unit what the shards hold, in the plural
/// @param version raised by hand when the same inputs would give another shard
public record Lane(
        BlobStore store, ExecutorService threads, Heartbeat heartbeat, String stage, String unit, int version) {

    /// A shard's result with its number in the stage, by which lanes are merged in order.
    public record Shard(int number, BlobRef blob) {}

    /// A lane's result.
    ///
    /// @param shards list of [Shard]
    /// @param found how many of the shards the store had already
    public record Outcome(BlobRef shards, int found) {}

    /// Works off the shards of one lane, as far as they are not in the store already.
    ///
    /// @param lane number of this lane, from 0
    /// @param shards of the whole stage
    /// @param inputs what a shard's result depends on
    /// @param work takes one shard
    public Outcome work(int lane, int lanes, Sharded<?> shards, IntFunction<?> inputs, IntFunction<BlobRef> work) {
        Steps steps = new Steps(store);
        List<Integer> mine = IntStream.range(0, shards.count())
                .filter(shard -> shard % lanes == lane)
                .boxed()
                .toList();
        long total = mine.stream().mapToLong(shard -> shards.of(shard).size()).sum();
        AtomicLong worked = new AtomicLong();
        List<Steps.Result> results = inParallel(mine.stream()
                .<Supplier<Steps.Result>>map(shard -> () -> {
                    heartbeat.now(stage, worked.get(), total, unit);
                    StepKey key = new StepKey(stage, version, Json.digest(inputs.apply(shard)));
                    Steps.Result result = steps.once(key, () -> work.apply(shard));
                    heartbeat.now(stage, worked.addAndGet(shards.of(shard).size()), total, unit);
                    return result;
                })
                .toList());
        List<Shard> done = IntStream.range(0, mine.size())
                .mapToObj(i -> new Shard(mine.get(i), results.get(i).blob()))
                .toList();
        return new Outcome(BlobList.put(store, done), (int)
                results.stream().filter(Steps.Result::found).count());
    }

    /// Works on all shards of a stage with a single lane, and returns their records in order.
    ///
    /// @param inputs what a shard's result depends on
    /// @param work takes one shard
    public <T> List<T> all(Sharded<?> shards, IntFunction<?> inputs, IntFunction<List<T>> work, Class<T> type) {
        Outcome outcome = work(0, 1, shards, inputs, shard -> BlobList.put(store, work.apply(shard)));
        return collect(store, List.of(outcome.shards()), type);
    }

    /// Waits for every item before it returns or throws: the next step needs the device, and the caller may close
    /// the models.
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

    /// Starts no work after a failure.
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

    /// Merges what the lanes of a stage returned: the records of all shards in order.
    public static <T> List<T> collect(BlobStore store, List<BlobRef> lanes, Class<T> type) {
        return lanes.stream()
                .flatMap(lane -> BlobList.get(store, lane, Shard.class).stream())
                .sorted(Comparator.comparingInt(Shard::number))
                .flatMap(shard -> BlobList.get(store, shard.blob(), type).stream())
                .toList();
    }
}
