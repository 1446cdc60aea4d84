package spice.telemetry;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import spice.store.Json;

/// Where a process of this machine is to be scraped: a file of its own in a folder, in the form that Prometheus'
/// `file_sd_configs` reads. It appears whole or not at all, and goes with the process; those of killed processes
/// are swept by the next one.
///
/// @param targets host and port
record Target(List<String> targets, Labels labels) {
    private static final ObjectMapper JSON = Json.mapper();
    private static final String SUFFIX = ".json";

    /// @param process what Prometheus calls it
    /// @param pid for the sweep; Prometheus drops labels that begin with two underscores
    record Labels(
            String process, @JsonProperty("__spice_pid") String pid) {}

    static Target of(String process, String address) {
        return new Target(
                List.of(address),
                new Labels(process, Long.toString(ProcessHandle.current().pid())));
    }

    /// Writes it, and sweeps what processes left that have ended.
    ///
    /// @return the file
    Path write(Path folder) throws IOException {
        Files.createDirectories(folder);
        sweep(folder);
        Path file = folder.resolve(labels.process().replaceAll("[^A-Za-z0-9._-]", "_") + SUFFIX);
        Path unfinished = folder.resolve(".%s.%s".formatted(file.getFileName(), labels.pid()));
        Files.write(unfinished, Json.bytes(List.of(this)));
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
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

    /// What cannot be read is left to whoever wrote it.
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
