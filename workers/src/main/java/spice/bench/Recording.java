package spice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/// Reads recordings of Java's flight recorder.
final class Recording {
    private Recording() {}

    /// The time spans of all events with this name, in all recordings of a folder.
    static List<TimeSpan> of(Path folder, String event) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.toString().endsWith(".jfr")).toList();
        }
        List<TimeSpan> spans = new ArrayList<>();
        for (Path file : files) {
            if (Files.size(file) == 0) {
                // The process was killed, as the parsers' forks are, which never run the model.
                continue;
            }
            for (RecordedEvent found : RecordingFile.readAllEvents(file)) {
                if (found.getEventType().getName().equals(event)) {
                    spans.add(new TimeSpan(found.getStartTime(), found.getEndTime()));
                }
            }
        }
        return spans;
    }
}
