package spice.store.cache;

import java.io.IOException;
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
import org.apache.commons.io.file.PathUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A folder that belongs to one process for as long as it lives. The sign of life is a lock on the file beside it,
/// which the system gives back however the process ends, and which holds between containers too.
///
/// @param path of the folder
/// @param lock held open
record OwnFolder(Path path, FileChannel lock) implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(OwnFolder.class);
    private static final String LOCK = ".lock";
    /// This process's own locks. To the system, closing a file a second time gives back the first one's lock.
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

    /// A new folder below this one, after the folders of dead processes were removed from it.
    static OwnFolder in(Path parent) throws IOException {
        // Within a process locks do not exclude each other, they collide.
        synchronized (OwnFolder.class) {
            sweep(parent);
            while (true) {
                String name = UUID.randomUUID().toString();
                Path file = parent.resolve(name + LOCK);
                FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                channel.lock();
                // Another process may have swept the file before it was locked.
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
                    remove(folder(lock));
                    Files.deleteIfExists(lock);
                    log.info("removed {}, which a killed process left behind", folder(lock));
                }
            } catch (NoSuchFileException e) {
                // Another process has swept it.
            }
        }
    }

    private static Path folder(Path lock) {
        String name = lock.getFileName().toString();
        return lock.resolveSibling(name.substring(0, name.length() - LOCK.length()));
    }

    private static void remove(Path folder) throws IOException {
        if (Files.exists(folder)) {
            PathUtils.delete(folder);
        }
    }

    @Override
    public void close() {
        try (lock) {
            remove(path);
            Path file = path.resolveSibling(path.getFileName() + LOCK);
            Files.deleteIfExists(file);
            OURS.remove(file);
        } catch (IOException e) {
            log.warn("{} is left behind ({}); the next process removes it", path, e.toString());
        }
    }
}
