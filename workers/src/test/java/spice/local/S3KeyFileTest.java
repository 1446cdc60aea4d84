package spice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.program.UserError;
import spice.store.s3.S3Key;

class S3KeyFileTest {
    @TempDir
    Path folder;

    @Test
    void theKeyIsMadeOnceForItsOwnerOnly() throws IOException {
        Path file = folder.resolve("home").resolve("s3-key");
        S3Key key = S3KeyFile.open(file);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(key.secret()).matches("[0-9a-f]{40}");
        assertThat(S3KeyFile.open(file)).isEqualTo(key);
        assertThat(S3KeyFile.open(folder.resolve("other")).secret()).isNotEqualTo(key.secret());
        assertThat(file.getParent())
                .isDirectoryContaining(f -> f.equals(file))
                .isDirectoryNotContaining(f -> !f.equals(file));
    }

    @Test
    void aDamagedKeyIsOneClearError() throws IOException {
        Path file = Files.writeString(folder.resolve("s3-key"), "half\n");

        assertThatThrownBy(() -> S3KeyFile.open(file))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(file.toString(), "Delete it");
    }
}
