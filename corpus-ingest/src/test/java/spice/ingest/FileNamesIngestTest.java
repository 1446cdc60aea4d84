package spice.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import spice.domain.Passage;
import spice.store.FileNames;
import spice.store.InMemoryBlobStore;

/// A folder with names of all kinds, read by a JVM in a locale that knows them and by one in a locale that does
/// not.
class FileNamesIngestTest {

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8"})
    void filesAreReadWhateverTheirNamesAndTheLocaleAre(String locale, @TempDir Path folder) throws Exception {
        for (String name : new String[] {
            "Bericht für Müller.txt", "B\u00FCcher/帳簿.txt", "alt-\\xFC.txt", "two\\x0Alines.txt", "colour\\x1B[31m.txt"
        }) {
            Path file = FileNames.path(folder, name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "The text of " + name);
        }
        Files.createSymbolicLink(folder.resolve("gone"), folder.resolve("nicht für dich"));
        Files.createSymbolicLink(folder.resolve("books"), folder.resolve("Bücher"));

        Path said = Files.createTempFile("said", "");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Reader.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().put("LC_ALL", locale);
        assertThat(builder.start().waitFor()).as(() -> read(said)).isZero();
        assertThat(read(said).lines())
                .containsExactly(
                        "Bericht für Müller.txt: The text of Bericht für Müller.txt",
                        "Bücher/帳簿.txt: The text of Bücher/帳簿.txt",
                        "alt-\\xFC.txt: The text of alt-\\xFC.txt",
                        "colour\\x1B[31m.txt: The text of colour\\x1B[31m.txt",
                        "two\\x0Alines.txt: The text of two\\x0Alines.txt",
                        "RefusedFile[path=books, reason=LINKED_FOLDER, detail=to Bücher]",
                        "RefusedFile[path=gone, reason=UNREADABLE, detail=a link to nothing]");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Ingests a folder and prints what it read and refused.
    static final class Reader {
        public static void main(String[] arguments) {
            InMemoryBlobStore store = new InMemoryBlobStore();
            CorpusManifest manifest = Ingest.ingestWith(
                            FolderSource.below(Path.of(arguments[0]), "."),
                            IngestSettings.of("characters", 4000),
                            1,
                            String::length,
                            store,
                            IngestProgress.NONE,
                            folder -> new PlainTextParser())
                    .manifest();
            PrintStream out = new PrintStream(System.out, true, UTF_8);
            for (Passage passage : new CorpusReader(store, manifest).passages()) {
                out.printf("%s: %s%n", passage.source(), passage.text());
            }
            manifest.refused().forEach(out::println);
        }
    }
}
