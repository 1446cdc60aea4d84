package spice.model;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// Threads that compute shares of a batch in parallel, with one thread inside each operator. With all threads
/// inside each operator, OpenMP's threads would wait for each other several times a millisecond, which costs far
/// more than it gains as soon as the machine has other work.
final class Crew implements AutoCloseable {
    private final int size;
    private final ExecutorService threads;

    Crew(int size) {
        this.size = size;
        threads = Executors.newFixedThreadPool(
                size, Thread.ofPlatform().daemon().name("learner-", 0).factory());
    }

    int size() {
        return size;
    }

    /// Computes shares 0 to size - 1 and returns the results in that order. It returns or throws only when all have
    /// ended, even if the caller is interrupted: native code cannot be stopped, and the tensors that it reads must
    /// outlive it.
    ///
    /// @throws RuntimeException the first failure
    <T> List<T> compute(IntFunction<T> share) {
        List<CompletableFuture<T>> futures = IntStream.range(0, size)
                .mapToObj(number -> CompletableFuture.supplyAsync(
                        () -> {
                            Torch.prepareThread(1);
                            return share.apply(number);
                        },
                        threads))
                .toList();
        CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                .exceptionally(failure -> null)
                .join();
        try {
            return futures.stream().map(CompletableFuture::join).toList();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    @Override
    public void close() {
        threads.close();
    }
}
