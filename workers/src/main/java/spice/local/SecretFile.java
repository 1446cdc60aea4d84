package spice.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import spice.program.UserError;
import spice.store.OwnerOnly;
import spice.store.WholeFile;

/// A file with a secret of this stack, made at the first start and readable only by its owner.
public final class SecretFile {
    private static final int SECRET_BYTES = 20;

    private SecretFile() {}

    /// The lines of this file. Makes the file if it does not exist.
    ///
    /// @param before lines of a new file before the secret, which is 40 random hexadecimal digits
    /// @throws UserError if the file cannot be read or made, has a different number of lines, or has a blank line
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
        List<String> lines = new ArrayList<>(before);
        lines.add(HexFormat.of().formatHex(secret));
        OwnerOnly.folder(file.toAbsolutePath().resolveSibling(""));
        try (WholeFile whole = WholeFile.beside(file)) {
            Files.write(OwnerOnly.file(whole.unfinished()), lines);
            // If another process that starts at the same moment was first, its secret is as good.
            whole.finishFirst();
        }
    }
}
