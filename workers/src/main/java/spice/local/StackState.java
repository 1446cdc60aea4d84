package spice.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import spice.processes.ProcessMark;
import spice.store.Json;
import spice.store.OwnerOnly;
import spice.store.StoreException;

/// State file of a running stack. The next program that needs a stack reads it, and so does the next start after
/// the supervisor was killed.
///
/// @param supervisor the program that started the stack
/// @param up whether every server serves and every worker has been started
/// @param rung in words, which Temporal server the stack uses
/// @param temporal address of the stack's own Temporal server; empty if it uses a configured one
/// @param ui address of that server's Web UI
/// @param s3 address of the stack's own S3 server; empty if it uses a configured one
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
    /// @param identity of the plan it was started by; null if an older version wrote the file
    record Running(String name, ProcessMark mark, @Nullable String identity) {}

    StackState {
        workers = List.copyOf(workers);
        processes = List.copyOf(processes);
    }

    /// The state in this file; empty if the file is missing or cannot be read.
    static Optional<StackState> read(Path file) {
        try {
            return Files.exists(file)
                    ? Optional.of(Json.read(Files.readAllBytes(file), StackState.class, file.toString()))
                    : Optional.empty();
        } catch (IOException | StoreException e) {
            // The state only saves time: leftover processes are found by their environment.
            return Optional.empty();
        }
    }

    void write(Path file) throws IOException {
        OwnerOnly.write(file, Json.bytes(this));
    }

    /// The process of this name.
    ProcessMark mark(String name) {
        return processes.stream()
                .filter(process -> process.name().equals(name))
                .findFirst()
                .orElseThrow()
                .mark();
    }

    /// The processes that are still alive.
    List<Running> alive() {
        return processes.stream()
                .filter(process -> process.mark().find().isPresent())
                .toList();
    }

    /// Whether the whole stack serves and its supervisor is alive.
    boolean serves() {
        return up && supervisor.find().isPresent();
    }
}
