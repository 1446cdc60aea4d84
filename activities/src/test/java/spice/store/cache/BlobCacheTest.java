package spice.store.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.store.BlobRef;
import spice.store.InMemoryBlobStore;
import spice.store.StoreException;

/// The cache in front of a store that counts fetches.
class BlobCacheTest {
    private static final long MUCH = 1 << 20;

    @TempDir
    Path folder;

    private final InMemoryBlobStore far = new InMemoryBlobStore();
    private Instant now = Instant.parse("2026-11-22T12:00:00Z");

    @Test
    void whatWasFetchedOnceIsNotFetchedAgain() throws Exception {
        BlobRef ref = far.put(bytes("weights"));
        try (BlobCache first = open(MUCH)) {
            copy(first, ref);
        }
        try (BlobCache second = open(MUCH)) {
            assertThat(copy(second, ref)).hasContent("weights");
        }
        assertThat(far.copied()).containsExactly(ref);
    }

    @Test
    void whatWasStoredHereIsNotFetched() throws Exception {
        try (BlobCache cache = open(MUCH)) {
            Path made = Files.writeString(cache.ownFolder().resolve("made"), "weights");

            BlobRef ref = new CachedBlobStore(far, cache).put(made);
            Files.delete(made);

            assertThat(copy(cache, ref)).hasContent("weights");
            assertThat(far.get(ref)).isEqualTo(bytes("weights"));
        }
        assertThat(far.copied()).isEmpty();
    }

    @Test
    void aDamagedFileIsFoundThrownAwayAndFetchedAnew() throws Exception {
        BlobRef ref = far.put(bytes("weights"));
        try (BlobCache cache = open(MUCH)) {
            copy(cache, ref);
            Files.writeString(kept(ref), "weighed");

            assertThat(copy(cache, ref)).hasContent("weights");
            assertThat(kept(ref)).hasContent("weights");
            assertThat(copy(cache, ref)).hasContent("weights");
        }
        assertThat(far.copied()).containsExactly(ref, ref);
    }

    @Test
    void aFileThatWasCutOffIsFetchedAnew() throws Exception {
        BlobRef ref = far.put(bytes("weights"));
        try (BlobCache cache = open(MUCH)) {
            copy(cache, ref);
            Files.writeString(kept(ref), "");

            assertThat(copy(cache, ref)).hasContent("weights");
        }
    }

    @Test
    void whatWasUsedLongestAgoGoesFirst() throws Exception {
        List<BlobRef> refs = Stream.of("a", "b", "c")
                .map(letter -> far.put(bytes(letter.repeat(100))))
                .toList();
        BlobRef more = far.put(bytes("d".repeat(100)));
        try (BlobCache cache = open(300)) {
            for (BlobRef ref : refs) {
                Files.delete(copy(cache, ref));
            }
            Files.delete(copy(cache, refs.get(0)));
            Files.delete(copy(cache, more));
        }
        assertThat(kept(refs.get(1))).doesNotExist();
        assertThat(List.of(kept(refs.get(0)), kept(refs.get(2)), kept(more))).allMatch(Files::exists);
    }

    @Test
    void whatIsInUseStaysEvenAboveTheLimit() throws Exception {
        BlobRef used = far.put(bytes("a".repeat(100)));
        BlobRef unused = far.put(bytes("b".repeat(100)));
        BlobRef more = far.put(bytes("c".repeat(100)));
        try (BlobCache cache = open(150);
                BlobCache other = open(150)) {
            Path open = copy(other, used);
            Files.delete(copy(cache, unused));
            Files.delete(copy(cache, more));

            assertThat(kept(used)).exists();
            assertThat(kept(unused)).doesNotExist();
            assertThat(open).hasContent("a".repeat(100));
        }
    }

    @Test
    void aWorkersFolderIsRemovedWhenItEndsAndNotBefore() throws Exception {
        try (BlobCache first = open(MUCH)) {
            Path model = Files.writeString(first.ownFolder().resolve("model"), "weights");
            Path place;
            try (BlobCache second = open(MUCH)) {
                place = second.ownFolder();
                Files.writeString(place.resolve("model"), "weights");
            }
            assertThat(place).doesNotExist();
            assertThat(model).exists();
        }
        assertThat(folder.resolve("open")).isEmptyDirectory();
    }

    @Test
    void theFolderOfAKilledWorkerIsSweptAtTheNextStart() throws Exception {
        Process worker = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BlobCacheTest.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Path its = Path.of(worker.inputReader().readLine());
        try (BlobCache _ = open(MUCH)) {
            assertThat(its.resolve("model")).exists();
        }

        worker.destroyForcibly().onExit().join();

        try (BlobCache _ = open(MUCH)) {
            assertThat(its).doesNotExist();
        }
        assertThat(folder.resolve("open")).isEmptyDirectory();
    }

    /// A worker that has opened a model and then waits.
    public static void main(String[] args) throws Exception {
        BlobCache cache = BlobCache.open(Path.of(args[0]), MUCH, Clock.systemUTC());
        Files.writeString(cache.ownFolder().resolve("model"), "weights");
        System.out.println(cache.ownFolder());
        System.in.read();
    }

    @Test
    void manyAtOnceUnderATightLimitAllGetWhatTheyAskFor() throws Exception {
        List<BlobRef> refs = IntStream.range(0, 8)
                .mapToObj(i -> far.put(bytes("blob " + i + "x".repeat(1000))))
                .toList();
        try (BlobCache first = open(3000);
                BlobCache second = open(3000);
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<String>> calls = IntStream.range(0, 400)
                    .<Callable<String>>mapToObj(i -> () -> {
                        Path copy = copy(i % 2 == 0 ? first : second, refs.get(i % 7));
                        String content = Files.readString(copy);
                        Files.delete(copy);
                        return content;
                    })
                    .toList();
            int i = 0;
            for (Future<String> call : threads.invokeAll(calls)) {
                assertThat(call.get()).startsWith("blob " + i++ % 7 + "x");
            }
            Files.delete(copy(first, refs.get(7)));
        }
        try (Stream<Path> kept = Files.list(folder.resolve("blobs"))) {
            assertThat(kept.mapToLong(file -> file.toFile().length()).sum()).isLessThanOrEqualTo(3000);
        }
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamedWithTheRemedy() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");

        assertThatThrownBy(() -> BlobCache.open(file, MUCH, Clock.systemUTC()))
                .isInstanceOf(StoreException.class)
                .hasMessageContainingAll(file.toString(), "--cache");
    }

    private BlobCache open(long limit) {
        return BlobCache.open(folder, limit, new Ticking());
    }

    private Path copy(BlobCache cache, BlobRef ref) throws IOException {
        Path file = Files.createTempFile(cache.ownFolder(), "copy", null);
        new CachedBlobStore(far, cache).copyTo(ref, file);
        return file;
    }

    private Path kept(BlobRef ref) {
        return folder.resolve("blobs").resolve(ref.sha256());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /// A clock that advances by a second with each reading.
    private final class Ticking extends Clock {
        @Override
        public Instant instant() {
            synchronized (BlobCacheTest.this) {
                now = now.plus(Duration.ofSeconds(1));
                return now;
            }
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
