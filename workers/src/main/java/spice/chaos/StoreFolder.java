package spice.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import spice.local.S3Leftovers;

/// The store as files in the S3 server's folder, readable also while the server is dead.
///
/// @param bucket folder of the bucket
record StoreFolder(Path bucket) {
    private static final String INDEX = "index";
    private static final String RECORDS = "records";
    /// Which Temporal servers use the store: one more after its database was lost.
    private static final String USERS = "records/users/";

    /// Number of results of steps, and of records of checkpoints and lineages.
    int results() {
        return list(INDEX).size()
                + (int) list(RECORDS).keySet().stream()
                        .filter(key -> !key.startsWith(USERS))
                        .count();
    }

    /// Each step's index entry, by the step's key.
    Map<String, String> index() {
        Map<String, String> results = new TreeMap<>();
        list(INDEX).forEach((key, file) -> {
            try {
                results.put(key, Files.readString(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return results;
    }

    private Map<String, Path> list(String below) {
        Path folder = bucket.resolve(below);
        Map<String, Path> found = new TreeMap<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.filter(Files::isRegularFile)
                        .filter(file -> !S3Leftovers.hasUnfinishedName(file))
                        .forEach(file -> found.put(bucket.relativize(file).toString(), file));
            } catch (UncheckedIOException e) {
                // A file was renamed meanwhile: the next look finds it under its final name.
                if (!(e.getCause() instanceof NoSuchFileException)) {
                    throw e;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return found;
    }
}
