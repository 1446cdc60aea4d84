package spice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
    @TempDir
    Path parent;

    @Test
    void aFolderIsDeletedWithAllThatIsInItAndNothingThatItsLinksLeadTo() throws IOException {
        Path kept = Files.createDirectory(parent.resolve("kept"));
        Files.writeString(kept.resolve("file"), "content");
        Path folder = Files.createDirectories(parent.resolve("folder"));
        Files.createDirectories(folder.resolve("inner/empty"));
        Files.writeString(folder.resolve("inner/file"), "content");
        Files.createSymbolicLink(folder.resolve("link"), kept);
        Files.createSymbolicLink(folder.resolve("nowhere"), parent.resolve("gone"));
        Folders.delete(folder);
        assertThat(folder).doesNotExist();
        assertThat(kept.resolve("file")).hasContent("content");
    }

    @Test
    void aFolderThatIsNotThereIsNoFailure() {
        assertThatCode(() -> Folders.delete(parent.resolve("gone"))).doesNotThrowAnyException();
    }
}
