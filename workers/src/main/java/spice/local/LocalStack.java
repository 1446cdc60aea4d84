package spice.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import spice.program.UserError;
import spice.store.OwnerOnly;

/// The local stack: a Temporal server, an S3 server, and workers. Each runs as its own process and is restarted if
/// it dies. There is one stack per home folder; a program that asks for a second one gets the first.
///
/// The program that started the stack is its supervisor. On Ctrl-C and SIGTERM the supervisor stops all processes
/// of the stack. If the supervisor is killed, the processes keep running; the next start adopts those that it
/// would start in the same way, and replaces the others.
public sealed interface LocalStack extends AutoCloseable permits StartedStack, FoundStack {
    /// The running stack, or else a new one. Returns once all of it serves.
    ///
    /// @param environment our own variables: `PATH`, `TEMPORAL_*`
    /// @param say takes lines for the user, from any thread, also after this method has returned
    /// @throws UserError if no stack can be had, with the reason and the remedy
    /// @throws spice.store.StoreException if the S3 server cannot be used, with the reason and the remedy
    static LocalStack open(
            LocalSettings settings, StackPlan plan, Map<String, String> environment, Consumer<String> say)
            throws InterruptedException {
        try {
            OwnerOnly.folder(settings.home());
            for (Path ours : settings.ours()) {
                OwnerOnly.take(ours);
            }
            Optional<StackLock> lock = StackLock.take(settings.lockFile());
            return lock.isPresent()
                    ? StartedStack.start(lock.get(), settings, plan, environment, say)
                    : FoundStack.find(settings, plan, environment);
        } catch (IOException e) {
            throw new UserError("cannot keep anything in %s (%s). Set SPICE_HOME to a folder that can be written."
                    .formatted(settings.home(), e));
        }
    }

    StackAddresses addresses();

    /// Whether this program started the stack and supervises it.
    boolean isOurs();

    /// Waits until the stack has been stopped.
    void awaitEnd() throws InterruptedException;

    /// Stops the stack if we started it; leaves it running if we found it.
    @Override
    void close();
}
