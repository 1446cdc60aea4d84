package spice.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import spice.store.Json;
import spice.store.StoreException;

/// What a running stack says of itself, for the next program that wants one, and for the next start after its
/// supervisor was killed.
///
/// @param supervisor the program that started it
/// @param up whether everything serves
/// @param rung the Temporal server in words
/// @param temporal the address of its own Temporal server; empty if it uses a configured one
/// @param s3 the address of its own S3 server; empty if it uses a configured one
record StackState(
        ProcessMark supervisor,
        boolean up,
        String rung,
        Optional<String> temporal,
        Optional<URI> ui,
        Optional<URI> s3,
        List<WorkerPlan> workers,
        List<Running> processes) {

    /// A process of the stack.
    ///
    /// @param identity of the plan by which it runs; null where an older version wrote this
    record Running(String name, ProcessMark mark, @Nullable String identity) {}

    StackState {
        workers = List.copyOf(workers);
        processes = List.copyOf(processes);
    }

    /// The state in this file, if there is one that can be read.
    static Optional<StackState> read(Path file) {
        try {
            return Files.exists(file)
                    ? Optional.of(Json.read(Files.readAllBytes(file), StackState.class, file.toString()))
                    : Optional.empty();
        } catch (IOException | StoreException e) {
            // It only saves time: whatever still runs is found by its ports.
            return Optional.empty();
        }
    }

    void write(Path file) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        Files.write(unfinished, Json.bytes(this));
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /// The process of this name.
    ProcessMark mark(String name) {
        return processes.stream()
                .filter(process -> process.name().equals(name))
                .findFirst()
                .orElseThrow()
                .mark();
    }

    /// Those of its processes that are still alive.
    List<Running> alive() {
        return processes.stream()
                .filter(process -> process.mark().find().isPresent())
                .toList();
    }
}
