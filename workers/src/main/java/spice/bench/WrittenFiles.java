package spice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The files of a store's folder with the times at which they were written. The store only adds files.
record WrittenFiles(List<Written> files) {

    record Written(Instant at, long bytes) {}

    static WrittenFiles below(Path folder) throws IOException {
        List<Path> paths;
        try (Stream<Path> all = Files.walk(folder)) {
            paths = all.filter(Files::isRegularFile).toList();
        }
        List<Written> files = new ArrayList<>();
        for (Path path : paths) {
            files.add(new Written(Files.getLastModifiedTime(path).toInstant(), Files.size(path)));
        }
        return new WrittenFiles(List.copyOf(files));
    }

    long bytesIn(TimeSpan time) {
        return files.stream()
                .filter(file -> time.holds(file.at()))
                .mapToLong(Written::bytes)
                .sum();
    }
}
