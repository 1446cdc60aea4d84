package spice.local;

import java.nio.file.Path;
import java.util.List;
import spice.store.s3.S3Key;

/// The key of the stack's own S3 server: made at the first start, readable by its owner only.
final class S3KeyFile {
    private static final String ID = "spice-local";

    private S3KeyFile() {}

    /// The key in this file, which is made if it is not there.
    ///
    /// @throws UserError if it cannot be
    static S3Key open(Path file) {
        List<String> lines = SecretFile.open(file, List.of(ID));
        return new S3Key(lines.get(0), lines.get(1));
    }
}
