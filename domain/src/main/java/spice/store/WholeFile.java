package spice.store;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A file, or a folder, that appears whole or not at all: it is written under another name, then moved to its place.
///
/// ```
/// try (WholeFile whole = WholeFile.beside(file)) {
///     Files.write(whole.unfinished(), content);
///     whole.finish();
/// }
/// ```
///
/// Without [#finish], closing it leaves the place as it was and deletes what was written. A process that is killed
/// leaves the unfinished file behind. Nothing is flushed to disk: a machine that loses power may lose the content.
public final class WholeFile implements AutoCloseable {
    private static final Pattern LEFTOVER = Pattern.compile("\\..+\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.part");

    private final Path unfinished;
    private final Path file;

    private WholeFile(Path unfinished, Path file) {
        this.unfinished = unfinished;
        this.file = file;
    }

    /// Begins a file that is written in the folder of its place, which is made where it is missing. The unfinished
    /// file is hidden, and its name is unique.
    public static WholeFile beside(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new FileSystemException(file.toString(), null, "it is no place for a file");
        }
        return in(Files.createDirectories(folder), file);
    }

    /// Begins a file that is written in another folder, for instance one that is removed when its process dies.
    ///
    /// @param folder is there already, on the file system of the file's place
    public static WholeFile in(Path folder, Path file) {
        Path target = file.toAbsolutePath();
        return new WholeFile(folder.resolve(".%s.%s.part".formatted(target.getFileName(), UUID.randomUUID())), target);
    }

    /// Writes a small file, or replaces it.
    public static void write(Path file, byte[] content) throws IOException {
        try (WholeFile whole = beside(file)) {
            Files.write(whole.unfinished, content);
            whole.finish();
        }
    }

    /// Deletes what killed writers left in a folder. Only for the one process that writes there.
    public static void deleteLeftovers(Path folder) throws IOException {
        List<Path> leftovers;
        try (Stream<Path> all = Files.list(folder)) {
            leftovers = all.filter(path ->
                            LEFTOVER.matcher(path.getFileName().toString()).matches())
                    .toList();
        }
        for (Path leftover : leftovers) {
            Folders.delete(leftover);
        }
    }

    /// Where the content goes. Nothing is there yet.
    public Path unfinished() {
        return unfinished;
    }

    /// Moves the content to its place, in one step. Replaces a file, or an empty folder by a folder.
    public void finish() throws IOException {
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /// Moves the content to its place unless something is there already, so that of several writers the first one wins.
    ///
    /// @return whether this content is there now
    public boolean finishFirst() throws IOException {
        try {
            Files.createLink(file, unfinished);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    @Override
    public void close() {
        Folders.delete(unfinished);
    }
}
