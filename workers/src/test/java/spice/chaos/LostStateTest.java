package spice.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.archive.SpiceArchive;
import spice.domain.Seed;
import spice.local.LocalSettings;
import spice.local.TemporalLadder;

/// The product with all its processes loses everything that it keeps outside the store.
class LostStateTest {
    private static final Pattern CHECKPOINT = Pattern.compile("checkpoint: \\S+ \\(manifest ([0-9a-f]{64})\\)");
    private static final int LOOK_MILLIS = 25;

    @TempDir
    Path folder;

    @Test
    void aRunEndsTheSameWithoutItsFolderItsCacheOrItsHistory() throws Exception {
        Path archive = folder.resolve("archive");
        SpiceArchive.write(archive, new Seed(1));
        LocalSettings local = LocalSettings.from(
                Map.of("SPICE_ROOT", "..", "SPICE_HOME", System.getenv().getOrDefault("SPICE_HOME", "../.spice")));
        ChaosSettings settings =
                new ChaosSettings(1, 1, EnumSet.noneOf(Disturbance.class), local, folder, archive, "spice.cli.Spice");
        FewDocuments documents = FewDocuments.write(archive, folder);
        String path = TemporalLadder.searchPath(local, System.out::println);

        String manifest;
        int results;
        try (ChaosStack stack = stack("undisturbed", settings, documents, path)) {
            stack.up();
            stack.run();
            manifest = manifestAtEnd(stack);
            results = stack.store().results();
        }

        Path home = folder.resolve("disturbed");
        Path older = Files.createDirectory(folder.resolve("older"));
        try (ChaosStack stack = stack("disturbed", settings, documents, path)) {
            stack.up();
            stack.run();
            awaitResults(stack, results / 4);
            deleteAllBut(Set.of(), stack.cache());
            awaitResults(stack, results / 2);
            assertThat(stack.down()).isEmpty();
            copyDatabase(home, older);
            deleteAllBut(Set.of("s3", "archive"), home);

            stack.up();
            stack.run();
            assertThat(manifestAtEnd(stack))
                    .as("the folder was lost in the middle of a run, and the cache before")
                    .isEqualTo(manifest);
            assertThat(stack.store().results()).isEqualTo(results);

            assertThat(stack.down()).isEmpty();
            copyDatabase(older, home);
            stack.up();
            stack.follow();
            assertThat(manifestAtEnd(stack))
                    .as("the database is one of before the store's last results")
                    .isEqualTo(manifest);
            assertThat(stack.store().results()).isEqualTo(results);
        }
    }

    private ChaosStack stack(String name, ChaosSettings settings, FewDocuments documents, String path)
            throws IOException, InterruptedException {
        return ChaosStack.in(folder.resolve(name), settings, documents, path, Schedule.calm());
    }

    /// The last manifest in the output, which several command lines append to.
    private static String manifestAtEnd(ChaosStack stack) throws IOException, InterruptedException {
        while (!stack.hasEnded()) {
            Thread.sleep(LOOK_MILLIS);
        }
        List<String> manifests = CHECKPOINT
                .matcher(stack.said())
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(manifests).as("%s", stack.said()).isNotEmpty();
        return manifests.getLast();
    }

    private static void awaitResults(ChaosStack stack, int count) throws InterruptedException {
        while (stack.store().results() < count) {
            assertThat(stack.hasEnded()).as("the run ended too early").isFalse();
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private static void copyDatabase(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(file -> file.getFileName().toString().startsWith("temporal.db"))
                    .toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /// Tolerates workers that delete and rename files at the same time.
    private static void deleteAllBut(Set<String> kept, Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) {
                return kept.contains(visited.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!kept.contains(file.getFileName().toString())) {
                    Files.deleteIfExists(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
    }
}
