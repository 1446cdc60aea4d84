package spice.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import spice.archive.SpiceArchive;

/// Input of a run that takes seconds: a few of the archive's documents and held-out questions, and settings with
/// few iterations.
///
/// @param corpus folder with the documents and the questions
/// @param settings file with the run's settings as JSON
record FewDocuments(Path corpus, Path settings) {
    /// Name under which the workers know the corpus.
    static final String NAME = "few";

    private static final String SETTINGS = "run.json";
    private static final int DOCUMENTS = 12;
    private static final int QUESTIONS = 24;

    /// Writes the input into a folder.
    ///
    /// @param archive folder of the spice merchant's archive
    static FewDocuments write(Path archive, Path folder) {
        Path corpus = folder.resolve(NAME);
        Path documents = corpus.resolve("documents");
        Path settings = folder.resolve(SETTINGS);
        try (InputStream preset = FewDocuments.class.getResourceAsStream(SETTINGS)) {
            Files.createDirectories(documents);
            for (Path text : texts(archive)) {
                Files.copy(text, documents.resolve(text.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
            List<String> questions = Files.readAllLines(archive.resolve(SpiceArchive.QUESTIONS));
            Files.write(corpus.resolve(SpiceArchive.QUESTIONS), questions.subList(0, QUESTIONS));
            Files.copy(preset, settings, StandardCopyOption.REPLACE_EXISTING);
            return new FewDocuments(corpus, settings);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write below %s".formatted(folder), e);
        }
    }

    private static List<Path> texts(Path archive) throws IOException {
        try (Stream<Path> files = Files.walk(archive.resolve(SpiceArchive.TRAINING))) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .limit(DOCUMENTS)
                    .toList();
        }
    }
}
