package spice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/// What Java's flight recorder has written.
final class Recording {
    private Recording() {}

    /// When the events of this name took place, in all recordings of a folder.
    static List<Interval> of(Path folder, String event) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.toString().endsWith(".jfr")).toList();
        }
        List<Interval> intervals = new ArrayList<>();
        for (Path file : files) {
            if (Files.size(file) == 0) {
                // Of a process that was killed, as the parsers' forks are: it did no model's work.
                continue;
            }
            for (RecordedEvent found : RecordingFile.readAllEvents(file)) {
                if (found.getEventType().getName().equals(event)) {
                    intervals.add(new Interval(found.getStartTime(), found.getEndTime()));
                }
            }
        }
        return intervals;
    }
}
