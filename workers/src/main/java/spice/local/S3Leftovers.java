package spice.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import spice.program.UserError;

/// Unfinished objects of a killed S3 server. The server writes an object as `<name>-<uuid>`, marks it with an
/// extended attribute, and renames it. A file with such a name but no mark was never acknowledged to a client.
public final class S3Leftovers {
    private static final Pattern UNFINISHED = Pattern.compile(".*-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final String MARK = "user.content-md5";

    private S3Leftovers() {}

    /// Removes the unfinished objects from a folder that no server is using.
    ///
    /// @return how many were removed
    /// @throws UserError if the folder's file system has no extended attributes
    static int remove(Path folder) throws IOException {
        requireMarks(folder);
        List<Path> unfinished;
        try (Stream<Path> files = Files.walk(folder)) {
            unfinished = files.filter(S3Leftovers::isUnfinished).toList();
        }
        for (Path file : unfinished) {
            Files.delete(file);
        }
        return unfinished.size();
    }

    /// Whether the server uses this file's name only until an object is finished.
    public static boolean hasUnfinishedName(Path file) {
        return UNFINISHED.matcher(file.getFileName().toString()).matches();
    }

    private static boolean isUnfinished(Path file) {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && hasUnfinishedName(file) && !isMarked(file);
    }

    private static boolean isMarked(Path file) {
        try {
            UserDefinedFileAttributeView marks = marks(file);
            return marks == null || marks.list().contains(MARK);
        } catch (IOException e) {
            // Keep what cannot be read.
            return true;
        }
    }

    private static @Nullable UserDefinedFileAttributeView marks(Path file) {
        return Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    }

    private static void requireMarks(Path folder) throws IOException {
        Path probe = Files.createTempFile(folder, ".marks", null);
        try {
            UserDefinedFileAttributeView marks = marks(probe);
            if (marks == null) {
                throw new IOException("no extended attributes");
            }
            marks.write(MARK, ByteBuffer.wrap(new byte[] {1}));
        } catch (IOException | UnsupportedOperationException e) {
            throw new UserError(
                    "%s lies on a file system without extended attributes, which the S3 server needs. Set SPICE_HOME to a folder on ext4, xfs or btrfs."
                            .formatted(folder),
                    e);
        } finally {
            Files.delete(probe);
        }
    }
}
