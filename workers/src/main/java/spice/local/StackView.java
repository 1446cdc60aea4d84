package spice.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A local stack as others on this machine see it, whoever supervises it.
public record StackView(LocalSettings settings) {
    public static final String S3 = StartedStack.S3;
    public static final String TEMPORAL = StartedStack.TEMPORAL;

    private static final Duration GRACE = Duration.ofSeconds(10);

    /// Whether all of it serves under a supervisor that lives.
    public boolean isUp() {
        return state().filter(StackState::up)
                .flatMap(state -> state.supervisor().find())
                .isPresent();
    }

    /// The process of this name (`s3`, `temporal`, or a worker's), if it is alive.
    public Optional<ProcessHandle> process(String name) {
        return state().stream()
                .flatMap(state -> state.processes().stream())
                .filter(process -> process.name().equals(name))
                .findFirst()
                .flatMap(process -> process.mark().find());
    }

    private Optional<StackState> state() {
        return StackState.read(settings.stateFile());
    }

    /// The S3 server's folder.
    public Path s3Folder() {
        return settings.s3Folder();
    }

    /// Ends what runs without a supervisor.
    ///
    /// @return what that was
    public List<String> stopLeftovers() {
        List<Leftover> leftovers = Leftover.of(settings);
        Stopping.stop(leftovers.stream().map(Leftover::process).toList(), GRACE);
        return leftovers.stream().map(Leftover::name).toList();
    }
}
