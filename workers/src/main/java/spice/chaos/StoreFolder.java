package spice.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The S3 server's folder, looked at from outside, so that it can be read whatever is dead.
///
/// @param bucket the bucket's folder
record StoreFolder(Path bucket) {
    private static final String INDEX = "index";
    private static final String RECORDS = "records";

    /// What the server has not finished.
    private static final Pattern UNFINISHED = Pattern.compile(".*-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    /// How many results of steps, checkpoints and lineages it holds.
    int results() {
        return list(INDEX).size() + list(RECORDS).size();
    }

    /// Each step's result: what the index says, by its key.
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
                        .filter(file -> !UNFINISHED
                                .matcher(file.getFileName().toString())
                                .matches())
                        .forEach(file -> found.put(bucket.relativize(file).toString(), file));
            } catch (UncheckedIOException e) {
                // A file was renamed while we looked: it is there under its name the next time.
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
