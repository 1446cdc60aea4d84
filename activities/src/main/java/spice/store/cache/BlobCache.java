package spice.store.cache;

import static java.util.Comparator.comparing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.store.BlobRef;
import spice.store.RunningDigest;
import spice.store.StoreException;

/// A folder of blobs, shared by the processes of a machine:
///
/// ```
/// blobs/<sha256>     what is kept
/// open/<uuid>/       what one process works with
/// open/<uuid>.lock   locked for as long as that process lives
/// ```
///
/// A blob appears in it under its name whole or not at all, by a link or a rename. Whoever takes one gets a link
/// of its own to it and checks what *that* holds, so that nobody can remove or exchange it under a reader, and a
/// damaged one is found before it is used. The number of links says, to every process, whether a blob is in use.
///
/// When all that is kept exceeds the limit, what was used longest ago goes, except for what is in use.
public final class BlobCache implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BlobCache.class);

    private static final String LINKS = "unix:nlink";

    private final Path blobs;
    private final OwnFolder own;
    private final long limit;
    private final Clock clock;

    private BlobCache(Path blobs, OwnFolder own, long limit, Clock clock) {
        this.blobs = blobs;
        this.own = own;
        this.limit = limit;
        this.clock = clock;
    }

    /// Opens the cache in this folder, which is made if it is missing, and sweeps what killed processes left in it.
    ///
    /// @param limit of the bytes that are kept while they are not in use
    /// @throws StoreException if the folder cannot be written
    public static BlobCache open(Path folder, long limit, Clock clock) {
        try {
            Path blobs = Files.createDirectories(folder.resolve("blobs"));
            return new BlobCache(blobs, OwnFolder.in(Files.createDirectories(folder.resolve("open"))), limit, clock);
        } catch (IOException e) {
            throw new StoreException(
                    "cannot write below %s (%s); free space there or name another folder with --cache"
                            .formatted(folder, e),
                    e);
        }
    }

    /// A folder of this process's own on the cache's disk, removed when the cache is closed.
    public Path ownFolder() {
        return own.path();
    }

    /// Puts the blob into this file, if it is kept here and is what it should be. A damaged one is thrown away.
    ///
    /// @return whether the file is there now
    boolean take(BlobRef ref, Path file) {
        Path kept = blobs.resolve(ref.sha256());
        Path part = unfinished(file);
        try {
            Files.createDirectories(part.getParent());
            if (!linked(kept, part)) {
                return false;
            }
            BlobRef found = RunningDigest.of(part);
            if (!found.equals(ref)) {
                log.warn(
                        "{} is damaged (expected {} bytes, found {} with SHA-256 {}); it is thrown away and fetched anew",
                        kept,
                        ref.bytes(),
                        found.bytes(),
                        found.sha256());
                Files.deleteIfExists(kept);
                return false;
            }
            Files.setLastModifiedTime(part, FileTime.from(clock.instant()));
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (IOException e) {
            log.warn("{} cannot be used ({})", kept, e.toString());
            return false;
        } finally {
            delete(part);
        }
    }

    /// Keeps this file, which holds that blob. A cache that cannot be written is no reason to fail.
    void keep(BlobRef ref, Path file) {
        Path kept = blobs.resolve(ref.sha256());
        Path part = own.path().resolve(UUID.randomUUID().toString());
        try {
            if (linked(file, part)) {
                Files.setLastModifiedTime(part, FileTime.from(clock.instant()));
                Files.move(part, kept, StandardCopyOption.ATOMIC_MOVE);
            }
            trim();
        } catch (IOException | UncheckedIOException e) {
            log.warn("{} is not kept ({})", kept, e.toString());
        } finally {
            // A rename onto another name of the same file does nothing, which is as good.
            delete(part);
        }
    }

    private static Path unfinished(Path file) {
        Path target = file.toAbsolutePath();
        return target.resolveSibling(".%s.%s.part".formatted(target.getFileName(), UUID.randomUUID()));
    }

    /// Gives a file another name, or, where the disk has no links or it is another disk, copies it.
    ///
    /// @return whether there was such a file
    private static boolean linked(Path file, Path name) throws IOException {
        try {
            Files.createLink(name, file);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (FileSystemException | UnsupportedOperationException e) {
            Files.copy(file, name);
            return true;
        }
    }

    private record Kept(Path file, long bytes, FileTime used, boolean inUse) {}

    /// Two processes that do this at the same moment remove the same files, since both begin with the oldest.
    private void trim() throws IOException {
        List<Kept> all = kept();
        long bytes = all.stream().mapToLong(Kept::bytes).sum();
        for (Kept blob : all.stream()
                .filter(blob -> !blob.inUse())
                .sorted(comparing(Kept::used))
                .toList()) {
            if (bytes <= limit) {
                return;
            }
            Files.deleteIfExists(blob.file());
            bytes -= blob.bytes();
        }
    }

    private List<Kept> kept() throws IOException {
        List<Path> files;
        try (Stream<Path> list = Files.list(blobs)) {
            files = list.toList();
        }
        List<Kept> all = new ArrayList<>();
        for (Path file : files) {
            try {
                BasicFileAttributes basic = Files.readAttributes(file, BasicFileAttributes.class);
                all.add(new Kept(
                        file, basic.size(), basic.lastModifiedTime(), (Integer) Files.getAttribute(file, LINKS) > 1));
            } catch (NoSuchFileException e) {
                // Another process was quicker to remove it.
            }
        }
        return all;
    }

    private static void delete(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            log.warn("{} is left behind ({})", part, e.toString());
        }
    }

    @Override
    public void close() {
        own.close();
    }
}
