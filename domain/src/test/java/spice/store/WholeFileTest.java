package spice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
    @TempDir
    Path folder;

    @Test
    void aFileIsWrittenAndReplacedAndItsFolderIsMade() throws IOException {
        Path file = folder.resolve("a/b/file");
        WholeFile.write(file, new byte[] {1});
        WholeFile.write(file, new byte[] {2, 3});
        assertThat(file).hasBinaryContent(new byte[] {2, 3});
        assertThat(file.getParent()).isDirectoryNotContaining(other -> !other.equals(file));
    }

    @Test
    void aRootIsNoPlaceForAFile() {
        assertThatThrownBy(() -> WholeFile.write(folder.getRoot(), new byte[0])).isInstanceOf(IOException.class);
    }

    @Test
    void theOldFileStaysUntilTheNewOneIsFinished() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "old");
        try (WholeFile whole = WholeFile.beside(file)) {
            Files.writeString(whole.unfinished(), "new");
            assertThat(file).hasContent("old");
            whole.finish();
            assertThat(file).hasContent("new");
        }
        assertThat(file).hasContent("new");
    }

    @Test
    void aFailureInTheMiddleLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "old");
        assertThatThrownBy(() -> {
                    try (WholeFile whole = WholeFile.beside(file)) {
                        Files.writeString(whole.unfinished(), "half");
                        throw new IOException("no space");
                    }
                })
                .hasMessage("no space");
        assertThat(file).hasContent("old");
        assertThat(folder).isDirectoryNotContaining(other -> !other.equals(file));
    }

    @Test
    void twoWritersOfOneFileDoNotDisturbEachOther() throws IOException {
        Path file = folder.resolve("file");
        try (WholeFile one = WholeFile.beside(file);
                WholeFile other = WholeFile.beside(file)) {
            Files.writeString(one.unfinished(), "one");
            Files.writeString(other.unfinished(), "other");
            one.finish();
            assertThat(file).hasContent("one");
            other.finish();
            assertThat(file).hasContent("other");
        }
    }

    @Test
    void theFirstOfSeveralWritersWinsWhereItShould() throws IOException {
        Path file = folder.resolve("file");
        assertThat(first(file, "one")).isTrue();
        assertThat(first(file, "other")).isFalse();
        assertThat(file).hasContent("one");
        assertThat(folder).isDirectoryNotContaining(other -> !other.equals(file));
    }

    private static boolean first(Path file, String content) throws IOException {
        try (WholeFile whole = WholeFile.beside(file)) {
            Files.writeString(whole.unfinished(), content);
            return whole.finishFirst();
        }
    }

    @Test
    void permissionsOfTheUnfinishedFileStay() throws IOException {
        Path file = folder.resolve("secret");
        Set<PosixFilePermission> owner = PosixFilePermissions.fromString("rw-------");
        try (WholeFile whole = WholeFile.beside(file)) {
            Files.createFile(whole.unfinished(), PosixFilePermissions.asFileAttribute(owner));
            Files.writeString(whole.unfinished(), "secret");
            whole.finishFirst();
        }
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(owner);
    }

    @Test
    void aFolderAppearsWholeAndAnUnfinishedOneGoes() throws IOException {
        Path target = folder.resolve("target");
        try (WholeFile whole = WholeFile.beside(target)) {
            Files.createDirectories(whole.unfinished().resolve("inner"));
            Files.writeString(whole.unfinished().resolve("inner/file"), "content");
            whole.finish();
        }
        assertThat(target.resolve("inner/file")).hasContent("content");
        try (WholeFile whole = WholeFile.beside(folder.resolve("other"))) {
            Files.createDirectories(whole.unfinished().resolve("inner"));
        }
        assertThat(folder).isDirectoryNotContaining(other -> !other.equals(target));
    }

    @Test
    void whatKilledWritersLeftIsDeletedAndNothingElse() throws IOException {
        Path file = Files.writeString(folder.resolve(".file.part"), "no leftover");
        Files.writeString(WholeFile.beside(folder.resolve("weights")).unfinished(), "leftover");
        WholeFile.deleteLeftovers(folder);
        assertThat(folder).isDirectoryContaining(file::equals).isDirectoryNotContaining(other -> !other.equals(file));
    }

    @Test
    void aFileMayBeWrittenInAnotherFolder() throws IOException {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Path file = folder.resolve("file");
        try (WholeFile whole = WholeFile.in(elsewhere, file)) {
            assertThat(whole.unfinished().getParent()).isEqualTo(elsewhere);
            Files.writeString(whole.unfinished(), "content");
            whole.finish();
        }
        assertThat(file).hasContent("content");
        assertThat(elsewhere).isEmptyDirectory();
    }
}
