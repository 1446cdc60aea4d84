package spice.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.domain.Passage;
import spice.ingest.CorpusManifest.Source;
import spice.ingest.CorpusManifest.Totals;
import spice.ingest.Ingest.Ingested;
import spice.store.BlobRef;
import spice.store.InMemoryBlobStore;

/// Tests an ingest with a trivial parser; [BadInputTest] tests it with Tika.
class IngestTest {
    private static final ToIntFunction<String> WORDS = text -> text.strip().split("\\s+").length;
    private static final IngestSettings SETTINGS = IngestSettings.of("words", 16);

    @TempDir
    Path folder;

    private final InMemoryBlobStore store = new InMemoryBlobStore();
    private final PlainTextParser parser = new PlainTextParser();

    @BeforeEach
    void threeFiles() throws IOException {
        write("a.txt", "First paragraph of a.\n\nShared.");
        write("b/c.txt", numbers(1, 40));
        write("b/d.txt", "Shared.");
    }

    @Test
    void everyFileIsAccountedFor() throws IOException {
        write("empty.txt", "");
        write("blank.txt", " \n\n\t");
        write(".git/config", "hidden");
        write(".profile", "hidden");
        CorpusManifest manifest = ingest().manifest();
        assertThat(manifest.sources()).extracting(Source::path).containsExactly("a.txt", "b/c.txt", "b/d.txt");
        assertThat(manifest.refused())
                .containsExactly(
                        new RefusedFile("blank.txt", FileRefusal.NO_TEXT, "text/plain"),
                        new RefusedFile("empty.txt", FileRefusal.EMPTY, ""));
        // Seven files: three read, two refused, a hidden file and a hidden folder. Five words and forty words make
        // four passages.
        assertThat(manifest.totals()).isEqualTo(new Totals(7, 2, 5, 0, 46, 0));
    }

    @Test
    void whatTheSourceCannotOpenIsRefusedWithItsObstacle() throws IOException {
        Path inner = folder.resolve("b");
        Files.createSymbolicLink(inner.resolve("gone.txt"), inner.resolve("nowhere.txt"));
        Files.createSymbolicLink(inner.resolve("loop"), inner);
        Files.createSymbolicLink(inner.resolve("out"), folder);
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(inner.resolve("socket")));
            assertThat(ingest(inner).manifest().refused())
                    .containsExactly(
                            new RefusedFile("gone.txt", FileRefusal.UNREADABLE, "a link to nothing"),
                            new RefusedFile("loop", FileRefusal.LINKED_FOLDER, "to "),
                            new RefusedFile("out", FileRefusal.OUTSIDE, "to " + folder),
                            new RefusedFile("socket", FileRefusal.NOT_A_FILE, ""));
        }
    }

    @Test
    void aSourceTellsWhatItIs() throws IOException {
        Source source = ingest().manifest().sources().get(1);
        assertThat(source)
                .isEqualTo(new Source(
                        "b/c.txt",
                        "text/plain",
                        "c.txt",
                        "und",
                        // sha256sum of the numbers 1 to 40, a line each, no line end at the end
                        "ee53c58b521d74d2633ce117e778a6d48f6a045c1fb93d2616c43adc9dd70ced",
                        110,
                        3,
                        0,
                        List.of(),
                        0,
                        List.of()));
    }

    @Test
    void passagesAreNumberedInTheOrderOfTheirSources() {
        Ingested corpus = ingest();
        CorpusReader reader = new CorpusReader(store, corpus.manifest());
        assertThat(reader.passages())
                .extracting(passage -> passage.source() + " " + passage.index())
                .containsExactly("a.txt 0", "b/c.txt 0", "b/c.txt 1", "b/c.txt 2", "b/d.txt 0");
        for (int number = 0; number < reader.size(); number++) {
            assertThat(reader.passage(number)).isEqualTo(reader.passages().get(number));
        }
        assertThat(reader.passage(3).text()).isEqualTo(numbers(29, 40));
        assertThat(reader.passages()).allMatch(passage -> passage.tokens() <= 16);
        assertThatThrownBy(() -> reader.passage(5)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void theFirstOfEqualPassagesIsKept() throws IOException {
        write("a2.txt", "Shared.\n");
        write("z.txt", "Shared.");
        CorpusManifest manifest = ingest().manifest();
        assertThat(manifest.sources())
                .filteredOn(source -> source.duplicates() > 0)
                .extracting(source -> "%s %d %d".formatted(source.path(), source.passages(), source.duplicates()))
                .containsExactly("b/d.txt 0 1", "z.txt 0 1");
        assertThat(manifest.totals().duplicates()).isEqualTo(2);
        assertThat(new CorpusReader(store, manifest)
                        .passages().stream().filter(p -> p.text().equals("Shared.")))
                .extracting(Passage::source)
                .containsExactly("a2.txt");
    }

    @Test
    void aSecondRunDoesNothing() {
        Ingested first = ingest();
        Ingested second = ingest();
        assertThat(second.ref()).isEqualTo(first.ref());
        assertThat(second.manifest()).isEqualTo(first.manifest());
        assertThat(List.of(first.parsed(), second.parsed(), parser.parsed.get()))
                .containsExactly(3, 0, 3);
    }

    @Test
    void ofAChangedFolderOnlyWhatChangedIsParsed() throws IOException {
        ingest();
        write("a.txt", "First paragraph of a, changed.");
        write("e.txt", "New.");
        Files.move(folder.resolve("b/c.txt"), folder.resolve("c moved.txt"));
        Files.delete(folder.resolve("b/d.txt"));
        Ingested changed = ingest();
        assertThat(changed.parsed()).isEqualTo(2);
        assertThat(parser.parsed).hasValue(5);
        assertThat(new CorpusReader(store, changed.manifest()).passages())
                .extracting(passage -> passage.source() + " " + passage.title())
                .containsExactly(
                        "a.txt a.txt",
                        "c moved.txt c moved.txt",
                        "c moved.txt c moved.txt",
                        "c moved.txt c moved.txt",
                        "e.txt e.txt");
    }

    @Test
    void otherSettingsAreAnotherStep() {
        ingest();
        ingest(IngestSettings.of("words", 17), 1);
        assertThat(parser.parsed).hasValue(6);
        ingest(IngestSettings.of("other words", 16), 1);
        assertThat(parser.parsed).hasValue(9);
    }

    @Test
    void theSameFilesGiveTheSameBytesInAnyStoreWithAnyNumberOfForks() throws IOException {
        for (int i = 0; i < 30; i++) {
            write("many/%d.txt".formatted(i), numbers(i, 2 * i + 20));
        }
        BlobRef one = ingest(SETTINGS, 1).ref();
        BlobRef three = Ingest.ingestWith(
                        FolderSource.below(folder, "."),
                        SETTINGS,
                        3,
                        WORDS,
                        new InMemoryBlobStore(),
                        IngestProgress.NONE,
                        p -> parser)
                .ref();
        assertThat(three).isEqualTo(one);
    }

    @Test
    void shardsAreCutAtTheirSize() throws IOException {
        write("long.txt", numbers(1000, 1200));
        IngestSettings small = new IngestSettings("words", 16, "text", 10_000, 1, 1 << 20, 1, 64, 4);
        CorpusManifest manifest = ingest(small, 1).manifest();
        assertThat(manifest.totals().passages()).isEqualTo(18);
        assertThat(manifest.shards()).extracting(CorpusManifest.Shard::passages).containsExactly(4, 4, 4, 4, 2);
        CorpusReader reader = new CorpusReader(store, manifest);
        assertThat(IntStream.range(0, 18).mapToObj(reader::passage)).isEqualTo(reader.passages());
    }

    @Test
    void whatTheMachineMayBeToBlameForIsTriedAgainWhenAnythingChanges() throws IOException {
        write("slow.txt", "slow file");
        assertThat(ingest().manifest().refused())
                .containsExactly(new RefusedFile("slow.txt", FileRefusal.TIMEOUT, "too slow today"));
        assertThat(ingest().parsed()).isZero();
        write("new.txt", "new");
        assertThat(ingest().parsed()).isEqualTo(2);
    }

    @Test
    void aFileThatIsTooLargeIsNotOpened() throws IOException {
        IngestSettings tiny = new IngestSettings("words", 16, "text", 10_000, 1, 50, 1, 64, 10);
        assertThat(ingest(tiny, 1).manifest().refused())
                .containsExactly(new RefusedFile("b/c.txt", FileRefusal.TOO_LARGE, "110 bytes"));
    }

    @Test
    void progressGoesThroughTheStagesAndMayEndTheIngest() {
        List<String> told = new ArrayList<>();
        Ingest.ingestWith(
                FolderSource.below(folder, "."),
                SETTINGS,
                2,
                WORDS,
                store,
                (stage, done, total) -> told.add("%s %d/%d".formatted(stage, done, total)),
                p -> parser);
        assertThat(told)
                .containsSubsequence(
                        "HASH 0/3", "HASH 1/3", "HASH 2/3", "PARSE 0/3", "PARSE 2/3", "WRITE 0/3", "WRITE 2/3");

        IngestProgress canceller = (stage, done, total) -> {
            if (stage == IngestProgress.Stage.PARSE) {
                throw new CancellationException("cancelled");
            }
        };
        PlainTextParser other = new PlainTextParser();
        assertThatThrownBy(() -> Ingest.ingestWith(
                        FolderSource.below(folder, "."),
                        SETTINGS,
                        2,
                        WORDS,
                        new InMemoryBlobStore(),
                        canceller,
                        p -> other))
                .isInstanceOf(CancellationException.class);
        assertThat(other.closed).isTrue();
    }

    @Test
    void anEmptyFolderAndOneWithNothingToReadAreErrorsThatSayWhy(@TempDir Path empty) throws IOException {
        assertThatThrownBy(() -> ingest(empty))
                .isInstanceOf(CorpusException.class)
                .hasMessageContaining("%s holds no document that can be read; put PDF", empty);
        Files.writeString(empty.resolve("a.txt"), "");
        Files.writeString(empty.resolve("b.txt"), "slow");
        assertThatThrownBy(() -> ingest(empty))
                .isInstanceOf(CorpusException.class)
                .hasMessageContaining("2 refused, a.txt (EMPTY), b.txt (TIMEOUT: too slow today)");
    }

    @Test
    void aManifestIsReadAsItWasWritten() {
        Ingested corpus = ingest();
        assertThat(CorpusManifest.read(store, corpus.ref())).isEqualTo(corpus.manifest());
    }

    private Ingested ingest() {
        return ingest(SETTINGS, 2);
    }

    private Ingested ingest(IngestSettings settings, int forks) {
        return Ingest.ingestWith(
                FolderSource.below(folder, "."), settings, forks, WORDS, store, IngestProgress.NONE, p -> parser);
    }

    private Ingested ingest(Path other) {
        return Ingest.ingestWith(
                FolderSource.below(other, "."), SETTINGS, 1, WORDS, store, IngestProgress.NONE, p -> parser);
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /// Each number on a line of its own.
    private static String numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(Integer::toString).collect(Collectors.joining("\n"));
    }
}
