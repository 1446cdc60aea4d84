package spice.local;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import spice.store.s3.S3Key;

/// The key of the stack's own S3 server: made at the first start, readable by its owner only.
final class S3KeyFile {
    private static final int SECRET_BYTES = 20;

    private S3KeyFile() {}

    /// The key in this file, which is made if it is not there.
    ///
    /// @throws UserError if it cannot be
    static S3Key open(Path file) {
        try {
            if (!Files.exists(file)) {
                make(file);
            }
            List<String> lines = Files.readAllLines(file);
            if (lines.size() != 2 || lines.stream().anyMatch(String::isBlank)) {
                throw new UserError(
                        "%s does not hold an S3 key (two lines: id and secret). Delete it while nothing runs: a new one is made."
                                .formatted(file));
            }
            return new S3Key(lines.get(0), lines.get(1));
        } catch (IOException e) {
            throw new UserError(
                    "cannot read or make %s (%s). Set SPICE_HOME to a folder of yours that can be written."
                            .formatted(file, e),
                    e);
        }
    }

    private static void make(Path file) throws IOException {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        Files.createDirectories(file.getParent());
        Path unfinished = Files.createTempFile(
                file.getParent(),
                "s3-key",
                null,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.write(unfinished, List.of("spice-local", HexFormat.of().formatHex(secret)));
            Files.createLink(file, unfinished);
        } catch (FileAlreadyExistsException e) {
            // Another process that starts at the same moment was first: its key is as good.
        } finally {
            Files.delete(unfinished);
        }
    }
}
