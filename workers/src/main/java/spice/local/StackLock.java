package spice.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import spice.program.UserError;
import spice.store.OwnerOnly;

/// File lock that a stack's supervisor holds while it lives. The system releases the lock however the process ends.
record StackLock(Path file, FileChannel channel) implements AutoCloseable {
    /// Locked files of this process. The system's locks are per process, and closing the file anywhere in the
    /// process releases the lock.
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

    /// Takes the lock; empty if somebody holds it, this process included.
    static Optional<StackLock> take(Path file) throws IOException {
        if (!OURS.add(file)) {
            return Optional.empty();
        }
        FileChannel channel = FileChannel.open(OwnerOnly.file(file), StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            OURS.remove(file);
            return Optional.empty();
        }
        return Optional.of(new StackLock(file, channel));
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UserError("cannot give back %s (%s)".formatted(file, e.getMessage()), e);
        } finally {
            OURS.remove(file);
        }
    }
}
