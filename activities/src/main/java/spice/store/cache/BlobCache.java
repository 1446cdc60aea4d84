package spice.store.cache;

import static java.util.Comparator.comparing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.store.BlobRef;
import spice.store.OwnerOnly;
import spice.store.RunningDigest;
import spice.store.StoreException;
import spice.store.WholeFile;

/// A folder of blobs that the processes of a machine share:
///
/// ```
/// blobs/<sha256>     the cached blobs
/// open/<uuid>/       the files that one process works with
/// open/<uuid>.lock   locked as long as that process lives
/// ```
///
/// A blob appears under its name whole or not at all, by a link or a rename. A reader gets its own link to the blob
/// and verifies the content behind *that* link. So nobody can remove or replace a blob while it is read, and damage
/// is found before use. The number of links tells every process whether a blob is in use.
///
/// When the cached blobs exceed the limit, the least recently used ones are removed, except for those in use.
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

    /// Opens the cache in this folder, creates the folder if it is missing, and removes what killed processes left
    /// in it.
    ///
    /// @param limit the most bytes to keep; blobs in use may exceed it
    /// @throws StoreException if the folder cannot be written
    public static BlobCache open(Path folder, long limit, Clock clock) {
        try {
            Path blobs = OwnerOnly.folder(folder.resolve("blobs"));
            return new BlobCache(blobs, OwnFolder.in(OwnerOnly.folder(folder.resolve("open"))), limit, clock);
        } catch (IOException | UncheckedIOException e) {
            throw new StoreException(
                    "cannot write below %s (%s); free space there or name another folder with --cache"
                            .formatted(folder, e),
                    e);
        }
    }

    /// This process's own folder on the disk of the cache, deleted when the cache is closed.
    public Path ownFolder() {
        return own.path();
    }

    /// Puts the blob into this file, if it is cached and intact. A damaged one is deleted.
    ///
    /// @return whether the file now exists
    boolean take(BlobRef ref, Path file) {
        Path kept = blobs.resolve(ref.sha256());
        try (WholeFile whole = WholeFile.beside(file)) {
            Path part = whole.unfinished();
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
            whole.finish();
            return true;
        } catch (IOException | UncheckedIOException e) {
            log.warn("{} cannot be used ({})", kept, e.toString());
            return false;
        }
    }

    /// Caches this file, which holds the blob. If the cache cannot be written, it only logs a warning.
    void keep(BlobRef ref, Path file) {
        Path kept = blobs.resolve(ref.sha256());
        try (WholeFile whole = WholeFile.in(own.path(), kept)) {
            if (linked(file, whole.unfinished())) {
                Files.setLastModifiedTime(whole.unfinished(), FileTime.from(clock.instant()));
                // A rename onto another link to the same file does nothing, which is as good.
                whole.finish();
            }
            trim();
        } catch (IOException | UncheckedIOException e) {
            log.warn("{} is not kept ({})", kept, e.toString());
        }
    }

    /// Links a file to another name, or copies it where links are impossible, as between two disks.
    ///
    /// @return whether the file existed
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

    /// Removes the least recently used blobs until the rest fits the limit. Two processes that trim at the same
    /// moment remove the same files, since both begin with the oldest.
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
                // Another process has removed it.
            }
        }
        return all;
    }

    @Override
    public void close() {
        own.close();
    }
}
