package spice.local;

import java.nio.file.Path;
import java.util.List;
import spice.program.UserError;
import spice.store.s3.S3Key;

/// The key of the stack's own S3 server, made at the first start and readable only by its owner.
final class S3KeyFile {
    private static final String ID = "spice-local";

    private S3KeyFile() {}

    /// The key in this file. Makes the file if it does not exist.
    ///
    /// @throws UserError if the file cannot be read or made
    static S3Key open(Path file) {
        List<String> lines = SecretFile.open(file, List.of(ID));
        return new S3Key(lines.get(0), lines.get(1));
    }
}
