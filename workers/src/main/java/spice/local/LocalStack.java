package spice.local;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The local stack: a Temporal server, an S3 server, and workers, each a process of its own that is started again
/// if it dies. There is one stack per home folder; whoever asks for a second one is given the first.
///
/// On Ctrl-C and SIGTERM whoever started it stops all its processes. If it is killed, they go on; the next start
/// adopts those that it would start in the same way, and replaces the others.
public sealed interface LocalStack extends AutoCloseable permits StartedStack, FoundStack {
    /// The stack that is running, or else a new one, once all of it serves.
    ///
    /// @param environment our own variables: `PATH`, `TEMPORAL_*`
    /// @param say takes a line for the user now and then, also later, from any thread
    /// @throws UserError if there is none to be had, with the reason and the remedy
    /// @throws spice.store.StoreException if the S3 server cannot be used, likewise
    static LocalStack open(
            LocalSettings settings, StackPlan plan, Map<String, String> environment, Consumer<String> say)
            throws InterruptedException {
        try {
            Files.createDirectories(settings.home());
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

    /// Whether we have started it, rather than found it.
    boolean isOurs();

    /// Waits until the stack has been stopped.
    void awaitEnd() throws InterruptedException;

    /// Stops the stack if we started it; leaves it running if we found it.
    @Override
    void close();
}
