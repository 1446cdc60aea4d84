package spice.store.cache;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.store.Folders;

/// A folder that belongs to one process as long as it lives. The process holds a lock on a file beside the folder.
/// The system releases that lock however the process ends; it works between containers too.
///
/// @param lock channel that holds the lock while it is open
record OwnFolder(Path path, FileChannel lock) implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(OwnFolder.class);
    private static final String LOCK = ".lock";
    /// Lock files of this process. Opening and closing one of them again would release its lock.
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

    /// Removes the folders of dead processes from the parent, then makes a new folder there.
    static OwnFolder in(Path parent) throws IOException {
        // Within one process, a second lock on a file throws instead of waiting.
        synchronized (OwnFolder.class) {
            sweep(parent);
            while (true) {
                String name = UUID.randomUUID().toString();
                Path file = parent.resolve(name + LOCK);
                FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                channel.lock();
                // Another process may have removed the file before it was locked.
                if (Files.exists(file)) {
                    OURS.add(file);
                    return new OwnFolder(Files.createDirectory(parent.resolve(name)), channel);
                }
                channel.close();
            }
        }
    }

    private static void sweep(Path parent) throws IOException {
        List<Path> locks;
        try (Stream<Path> files = Files.list(parent)) {
            locks = files.filter(file -> file.toString().endsWith(LOCK) && !OURS.contains(file))
                    .toList();
        }
        for (Path lock : locks) {
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
                if (channel.tryLock() != null) {
                    Folders.delete(folder(lock));
                    Files.deleteIfExists(lock);
                    log.info("removed {}, which a killed process left behind", folder(lock));
                }
            } catch (NoSuchFileException e) {
                // Another process has removed it.
            }
        }
    }

    private static Path folder(Path lock) {
        String name = lock.getFileName().toString();
        return lock.resolveSibling(name.substring(0, name.length() - LOCK.length()));
    }

    @Override
    public void close() {
        try (lock) {
            Folders.delete(path);
            Path file = path.resolveSibling(path.getFileName() + LOCK);
            Files.deleteIfExists(file);
            OURS.remove(file);
        } catch (IOException | UncheckedIOException e) {
            log.warn("{} is left behind ({}); the next process removes it", path, e.toString());
        }
    }
}
