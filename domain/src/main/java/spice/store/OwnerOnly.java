package spice.store;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Files and folders that only their owner can read: what a person's documents have become is nobody else's
/// business.
public final class OwnerOnly {
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<Set<PosixFilePermission>> FOLDER_ATTRIBUTE =
            PosixFilePermissions.asFileAttribute(FOLDER);

    private OwnerOnly() {}

    /// Makes a folder, and those above it that are missing. One that is there is left as it is.
    ///
    /// @return the folder
    public static Path folder(Path folder) throws IOException {
        return Files.createDirectories(folder, FOLDER_ATTRIBUTE);
    }

    /// Makes an empty file. One that is there keeps its content, and belongs to its owner alone from now on.
    ///
    /// @return the file
    public static Path file(Path file) throws IOException {
        try {
            return Files.createFile(file, PosixFilePermissions.asFileAttribute(FILE));
        } catch (FileAlreadyExistsException e) {
            return Files.setPosixFilePermissions(file, FILE);
        }
    }

    /// Writes a small file, or replaces it, so that it appears whole.
    public static void write(Path file, byte[] content) throws IOException {
        try (WholeFile whole = WholeFile.beside(file)) {
            Files.write(file(whole.unfinished()), content);
            whole.finish();
        }
    }

    /// Takes what older versions made from everybody else: a file or a folder, not what lies in the folder. Does
    /// nothing
    /// where there is none.
    public static void take(Path place) throws IOException {
        if (Files.exists(place)) {
            Files.setPosixFilePermissions(place, Files.isDirectory(place) ? FOLDER : FILE);
        }
    }
}
