package spice.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The contract of [BlobStore]. The tests' doubles are held to it as well as the real store.
public abstract class BlobStoreContract {
    /// SHA-256 of `abc`, from FIPS 180-2, appendix B.1.
    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private static final int RACERS = 16;
    private static final int RACES = 20;

    @TempDir
    protected Path folder;

    /// The store under test, empty at the start of each test.
    protected abstract BlobStore store();

    /// How often a step that was committed already gave the store another result.
    protected abstract long differentResults();

    @Test
    void aBlobIsNamedByItsContent() {
        BlobRef ref = store().put(bytes("abc"));

        assertThat(ref).isEqualTo(new BlobRef(ABC, 3));
        assertThat(store().get(ref)).isEqualTo(bytes("abc"));
    }

    @Test
    void storingTheSameTwiceIsNoError() {
        store().put(bytes("abc"));

        assertThat(store().put(bytes("abc"))).isEqualTo(new BlobRef(ABC, 3));
        assertThat(store().get(new BlobRef(ABC, 3))).isEqualTo(bytes("abc"));
    }

    @Test
    void anEmptyBlobIsABlob() {
        BlobRef ref = store().put(new byte[0]);

        assertThat(ref.bytes()).isZero();
        assertThat(store().get(ref)).isEmpty();
    }

    @Test
    void aFileIsStoredAndCopiedOutAgain() throws IOException {
        byte[] content = new byte[3_000_001];
        content[3_000_000] = 7;
        Path source = Files.write(folder.resolve("source"), content);
        Path target = folder.resolve("target");
        Files.writeString(target, "what was there before");

        BlobRef ref = store().put(source);
        store().copyTo(ref, target);

        assertThat(ref).isEqualTo(store().put(content));
        assertThat(target).hasBinaryContent(content);
        assertThat(folder).isDirectoryNotContaining(file -> !file.equals(source) && !file.equals(target));
    }

    @Test
    void aBlobThatIsNotThereIsAnErrorThatNamesIt() {
        assertThatThrownBy(() -> store().get(new BlobRef(ABC, 3)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(ABC);
    }

    @Test
    void aReferenceWithAnotherLengthIsRefused() {
        store().put(bytes("abc"));
        Path target = folder.resolve("target");

        assertThatThrownBy(() -> store().get(new BlobRef(ABC, 4))).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> store().copyTo(new BlobRef(ABC, 4), target)).isInstanceOf(StoreException.class);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aStepIsFoundOnceItIsCommitted() {
        StepKey key = new StepKey("attempt", 1, ABC);
        assertThat(store().find(key)).isEmpty();

        BlobRef result = store().put(bytes("632"));
        assertThat(store().commit(key, result)).isEqualTo(result);

        assertThat(store().find(key)).contains(result);
        assertThat(store().find(new StepKey("attempt", 2, ABC))).isEmpty();
        assertThat(store().find(new StepKey("score", 1, ABC))).isEmpty();
    }

    @Test
    void theFirstResultOfAStepStaysAndAnotherIsCounted() {
        StepKey key = new StepKey("attempt", 1, ABC);
        BlobRef first = store().put(bytes("first"));
        BlobRef second = store().put(bytes("second"));

        assertThat(store().commit(key, first)).isEqualTo(first);
        assertThat(store().commit(key, first)).isEqualTo(first);
        assertThat(differentResults()).isZero();

        assertThat(store().commit(key, second)).isEqualTo(first);
        assertThat(differentResults()).isEqualTo(1);
        assertThat(store().find(key)).contains(first);
    }

    @Test
    void aRecordIsCreatedOnce() {
        assertThat(store().read("runs/a/manifest.json")).isEmpty();
        assertThat(store().create("runs/a/manifest.json", bytes("first"))).isTrue();
        assertThat(store().create("runs/a/manifest.json", bytes("second"))).isFalse();
        assertThat(store().create("runs/a/manifest.json", bytes("first"))).isFalse();
        assertThat(store().read("runs/a/manifest.json")).contains(bytes("first"));
    }

    @Test
    void recordsAreListedInOrderBelowTheirPrefix() {
        for (String name : List.of("runs/b/2", "runs/a/10", "runs/a/9", "run", "runs-old/a/1")) {
            store().create(name, bytes(name));
        }

        assertThat(store().list("runs/")).containsExactly("runs/a/10", "runs/a/9", "runs/b/2");
        assertThat(store().list("runs/a/")).containsExactly("runs/a/10", "runs/a/9");
        assertThat(store().list("nothing/")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "a/", "a//b", "a b", "Zürich", "a\nb"})
    void aStrangeNameIsRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> store().create(name, bytes("x")));
    }

    @Test
    void inARaceForARecordExactlyOneWins() throws Exception {
        for (int race = 0; race < RACES; race++) {
            String name = "race/" + race;
            List<Boolean> won = race(racer -> store().create(name, bytes("racer " + racer)));

            assertThat(won).containsOnlyOnce(true);
            assertThat(store().read(name)).contains(bytes("racer " + won.indexOf(true)));
        }
    }

    @Test
    void inARaceForAStepAllGetTheWinnersResult() throws Exception {
        for (int race = 0; race < RACES; race++) {
            StepKey key = new StepKey("race", race, ABC);
            List<BlobRef> winners = race(racer -> store().commit(key, store().put(bytes("racer " + racer))));

            assertThat(winners).hasSize(RACERS).containsOnly(winners.getFirst());
            assertThat(store().find(key)).contains(winners.getFirst());
        }
        assertThat(differentResults()).isEqualTo((long) RACES * (RACERS - 1));
    }

    private interface Racer<T> {
        T run(int racer) throws Exception;
    }

    private static <T> List<T> race(Racer<T> racer) throws Exception {
        CyclicBarrier start = new CyclicBarrier(RACERS);
        try (ExecutorService threads = Executors.newFixedThreadPool(RACERS)) {
            List<Callable<T>> calls = IntStream.range(0, RACERS)
                    .<Callable<T>>mapToObj(i -> () -> {
                        start.await();
                        return racer.run(i);
                    })
                    .toList();
            List<T> results = new ArrayList<>();
            for (Future<T> call : threads.invokeAll(calls)) {
                results.add(call.get());
            }
            return results;
        }
    }

    public static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
