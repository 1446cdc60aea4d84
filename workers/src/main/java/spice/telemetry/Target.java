package spice.telemetry;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import spice.store.Json;
import spice.store.OwnerOnly;

/// Tells Prometheus where to scrape a process of this machine: one file per process, in the form that
/// `file_sd_configs` reads. The file appears whole or not at all and is deleted with the process; the next process
/// deletes files that killed processes left.
///
/// @param targets addresses, `HOST:PORT`
record Target(List<String> targets, Labels labels) {
    private static final ObjectMapper JSON = Json.mapper();
    private static final String SUFFIX = ".json";

    /// Labels of the process.
    ///
    /// @param process name of the process in Prometheus
    /// @param pid by which a later process sees whether this one lives; Prometheus drops labels that begin with
    ///     `__`
    record Labels(
            String process, @JsonProperty("__spice_pid") String pid) {}

    static Target of(String process, String address) {
        return new Target(
                List.of(address),
                new Labels(process, Long.toString(ProcessHandle.current().pid())));
    }

    /// Writes the file, and deletes files of processes that have ended.
    ///
    /// @return the file
    Path write(Path folder) throws IOException {
        OwnerOnly.folder(folder);
        sweep(folder);
        Path file = folder.resolve(labels.process().replaceAll("[^A-Za-z0-9._-]", "_") + SUFFIX);
        OwnerOnly.write(file, Json.bytes(List.of(this)));
        return file;
    }

    private static void sweep(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.toString().endsWith(SUFFIX)).toList();
        }
        for (Path file : files) {
            if (!isAlive(file)) {
                Files.deleteIfExists(file);
            }
        }
    }

    /// Whether the process of this file lives. Counts as alive if the file names no process or is gone.
    private static boolean isAlive(Path file) throws IOException {
        try {
            String pid = JSON.readTree(Files.readAllBytes(file))
                    .at("/0/labels/__spice_pid")
                    .asText("");
            return !pid.matches("\\d{1,18}")
                    || ProcessHandle.of(Long.parseLong(pid)).isPresent();
        } catch (NoSuchFileException e) {
            return true;
        }
    }
}
