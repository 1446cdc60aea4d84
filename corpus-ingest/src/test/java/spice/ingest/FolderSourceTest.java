package spice.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import spice.store.FileSource.Inventory;
import spice.store.FileSource.Obstacle;
import spice.store.FileSource.SourceFile;
import spice.store.FileSource.Unopened;

class FolderSourceTest {
    @TempDir
    Path machine;

    private Path root;

    @BeforeEach
    void aSecretBesideTheRoot() throws IOException {
        root = Files.createDirectories(machine.resolve("root"));
        Files.createDirectories(root.resolve("corpus/inner"));
        Files.writeString(machine.resolve("secret.txt"), "secret");
        Files.createDirectory(machine.resolve("secrets"));
        Files.writeString(machine.resolve("secrets/key.txt"), "key");
        Files.writeString(root.resolve("corpus/b.txt"), "bb");
        Files.writeString(root.resolve("corpus/inner/a.txt"), "a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../secrets", "corpus/../../secrets", "/", "/etc", "corpus/../.."})
    void aNameThatLeavesTheRootIsRefused(String name) {
        assertThatThrownBy(() -> FolderSource.below(root, name))
                .isInstanceOf(CorpusException.class)
                .hasMessageContaining("the corpus %s leaves %s", name, root);
    }

    @Test
    void aLinkThatLeavesTheRootIsRefused() throws IOException {
        Files.createSymbolicLink(root.resolve("out"), machine.resolve("secrets"));
        assertThatThrownBy(() -> FolderSource.below(root, "out"))
                .isInstanceOf(CorpusException.class)
                .hasMessageContaining("the corpus out leaves");
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> FolderSource.below(root, "corpse"))
                .isInstanceOf(CorpusException.class)
                .hasMessageContaining("there is no folder %s", root.resolve("corpse"));
        assertThatThrownBy(() -> FolderSource.below(root, "corpus/b.txt"))
                .isInstanceOf(CorpusException.class)
                .hasMessageContaining("there is no folder");
        assertThatThrownBy(() -> FolderSource.below(root, "nul\0"))
                .isInstanceOf(CorpusException.class)
                .hasMessageContaining("cannot open the folder");
    }

    @Test
    void filesAreListedInOrderWithTheirLengths() throws IOException {
        Inventory found = FolderSource.below(root, "corpus").list();
        assertThat(found.files()).containsExactly(new SourceFile("b.txt", 2), new SourceFile("inner/a.txt", 1));
        assertThat(found.unopened()).isEmpty();
        assertThat(FolderSource.below(root, "corpus/../corpus/inner").list().files())
                .containsExactly(new SourceFile("a.txt", 1));
    }

    @Test
    void linksAreFollowedToFilesInsideAlone() throws IOException {
        Path corpus = root.resolve("corpus");
        Files.createSymbolicLink(corpus.resolve("again.txt"), Path.of("inner/a.txt"));
        Files.createSymbolicLink(corpus.resolve("nowhere.txt"), Path.of("gone.txt"));
        Files.createSymbolicLink(corpus.resolve("loop"), corpus);
        Files.createSymbolicLink(corpus.resolve("secret.txt"), machine.resolve("secret.txt"));
        Files.createSymbolicLink(corpus.resolve("secrets"), machine.resolve("secrets"));
        Inventory found = FolderSource.below(root, "corpus").list();
        assertThat(found.files()).extracting(SourceFile::path).containsExactly("again.txt", "b.txt", "inner/a.txt");
        assertThat(found.unopened())
                .extracting(file -> file.path() + " " + file.obstacle())
                .containsExactly(
                        "loop LINKED_FOLDER", "nowhere.txt UNREADABLE", "secret.txt OUTSIDE", "secrets OUTSIDE");
    }

    @Test
    void whatIsNoFileIsRefused() throws IOException {
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(root.resolve("corpus/socket")));
            assertThat(FolderSource.below(root, "corpus").list().unopened())
                    .containsExactly(new Unopened("socket", Obstacle.NOT_A_FILE, ""));
        }
    }

    @Test
    void aFileTurnedIntoALinkAfterListingIsNotOpened() throws IOException {
        FolderSource source = FolderSource.below(root, "corpus");
        try (InputStream in = source.open("inner/a.txt")) {
            assertThat(in).hasContent("a");
        }
        Files.delete(root.resolve("corpus/b.txt"));
        Files.createSymbolicLink(root.resolve("corpus/b.txt"), machine.resolve("secret.txt"));
        assertThatThrownBy(() -> source.open("b.txt"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("b.txt");
        assertThatThrownBy(() -> source.open("../../secret.txt")).isInstanceOf(IOException.class);
    }
}
