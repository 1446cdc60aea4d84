package spice.local;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// A secret of this stack: made at the first start, readable by its owner only.
public final class SecretFile {
    private static final int SECRET_BYTES = 20;

    private SecretFile() {}

    /// The lines of this file, which is made if it is not there: these lines, then 40 random hexadecimal digits.
    ///
    /// @throws UserError if it cannot be made, or holds another number of lines, or blank ones
    public static List<String> open(Path file, List<String> before) {
        try {
            if (!Files.exists(file)) {
                make(file, before);
            }
            List<String> lines = Files.readAllLines(file);
            if (lines.size() != before.size() + 1 || lines.stream().anyMatch(String::isBlank)) {
                throw new UserError(
                        "%s does not hold a secret of %d lines. Delete it while nothing runs: a new one is made."
                                .formatted(file, before.size() + 1));
            }
            return lines;
        } catch (IOException e) {
            throw new UserError(
                    "cannot read or make %s (%s). Set SPICE_HOME to a folder of yours that can be written."
                            .formatted(file, e),
                    e);
        }
    }

    private static void make(Path file, List<String> before) throws IOException {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        Files.createDirectories(file.getParent());
        Path unfinished = Files.createTempFile(
                file.getParent(),
                file.getFileName().toString(),
                null,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            List<String> lines = new ArrayList<>(before);
            lines.add(HexFormat.of().formatHex(secret));
            Files.write(unfinished, lines);
            Files.createLink(file, unfinished);
        } catch (FileAlreadyExistsException e) {
            // Another process that starts at the same moment was first: its secret is as good.
        } finally {
            Files.delete(unfinished);
        }
    }
}
