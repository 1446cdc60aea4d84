package spice.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import spice.processes.LiveProcess;
import spice.processes.Stopping;

/// A local stack as other programs on this machine see it, whoever supervises it.
public record StackView(LocalSettings settings) {
    public static final String S3 = StartedStack.S3;
    public static final String TEMPORAL = StartedStack.TEMPORAL;

    private static final Duration GRACE = Duration.ofSeconds(10);
    /// Time for the supervisor to stop all: workers finish the step they are at, and servers follow.
    private static final Duration IN_ORDER = Duration.ofMinutes(1);
    private static final Duration LOOK = Duration.ofMillis(50);

    /// Whether the whole stack serves and its supervisor is alive.
    boolean isUp() {
        return state().filter(StackState::serves).isPresent();
    }

    /// The process of this name (`s3`, `temporal`, or a worker's name), if it is alive.
    Optional<ProcessHandle> process(String name) {
        return state().stream()
                .flatMap(state -> state.processes().stream())
                .filter(process -> process.name().equals(name))
                .findFirst()
                .flatMap(process -> process.mark().find());
    }

    /// Waits until the whole stack serves.
    ///
    /// @param up the process that starts the stack
    /// @return whether it did; false also once the process has ended
    public boolean awaitUp(Process up, Duration patience) throws InterruptedException {
        return new Polling(patience, LOOK).until(this::isUp, () -> !up.isAlive());
    }

    /// Waits for the process of this name; empty if it does not appear in time.
    public Optional<ProcessHandle> awaitProcess(String name, Duration patience) throws InterruptedException {
        return new Polling(patience, LOOK).find(() -> process(name));
    }

    private Optional<StackState> state() {
        return StackState.read(settings.stateFile());
    }

    public Path s3Folder() {
        return settings.s3Folder();
    }

    /// Ends the stack: its supervisor stops every process in order; what has no supervisor is stopped here.
    ///
    /// @return names of the processes that were running; empty if there was no stack
    public List<String> end() {
        List<String> running = LeftoverProcess.of(settings).stream()
                .map(LeftoverProcess::name)
                .sorted()
                .toList();
        state().map(StackState::supervisor)
                .filter(supervisor -> supervisor.find().isPresent())
                .ifPresent(supervisor -> Stopping.stop(List.of(LiveProcess.adopted(supervisor)), IN_ORDER));
        stopLeftovers();
        return running;
    }

    /// Stops processes of the stack that have no supervisor.
    ///
    /// @return their names
    public List<String> stopLeftovers() {
        List<LeftoverProcess> leftovers = LeftoverProcess.of(settings);
        Stopping.stop(leftovers.stream().map(LeftoverProcess::process).toList(), GRACE);
        return leftovers.stream().map(LeftoverProcess::name).toList();
    }
}
