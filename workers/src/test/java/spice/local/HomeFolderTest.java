package spice.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.program.UserError;
import spice.store.s3.S3BlobStore;

/// The folder that holds a stack: who can read it, and what is said where it cannot hold one.
class HomeFolderTest {
    @TempDir
    Path folder;

    @Test
    void aDiskWithoutSpaceIsOneLineWithTheRemedy() {
        StartedStack.requireSpace(folder, 512);
        assertThatThrownBy(() -> StartedStack.requireSpace(folder, 511))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("only 511 MB are free on the disk of " + folder, "needs 512", "SPICE_HOME")
                .hasMessageNotContaining("\n");
    }

    /// Also where the launcher has set nothing, and where an older version has let everybody read.
    @Test
    void whatIsKeptIsItsOwnersAlone() throws Exception {
        LocalSettings settings = TestStacks.settings(folder.resolve("home"), false);
        Path old = Files.createDirectories(settings.logs());
        Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(settings.home(), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(settings.stateFile(), "{}");
        LocalSettings fresh = TestStacks.settings(folder.resolve("fresh"), false);

        for (LocalSettings each : List.of(settings, fresh)) {
            try (LocalStack stack = LocalStack.open(each, StackProgram.PLAN, TestStacks.environment(), _ -> {});
                    S3BlobStore store = S3BlobStore.open(stack.addresses().s3())) {
                store.put("a text of mine".getBytes(UTF_8));
                assertThat(each.stateFile()).exists();
                assertThat(each.temporalDatabase()).exists();
                assertThat(openToOthers(each.home())).isEmpty();
            }
        }
        assertThat(Files.getPosixFilePermissions(fresh.home())).isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    /// What others can read or enter in a home, without the home itself, which may be a person's own folder.
    private static List<String> openToOthers(Path home) throws IOException {
        try (Stream<Path> all = Files.walk(home)) {
            return all.filter(path -> !path.equals(home))
                    .filter(path -> !permissions(path).endsWith("------"))
                    .map(path -> permissions(path) + " " + home.relativize(path))
                    .toList();
        }
    }

    private static String permissions(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException e) {
            // A file that a server has just removed.
            return "---------";
        }
    }

    @Test
    void aHomeThatCannotBeWrittenIsOneLineWithTheRemedy() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        assertThatThrownBy(() -> LocalStack.open(
                        TestStacks.settings(file.resolve("home"), false), StackProgram.PLAN, Map.of(), _ -> {}))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("cannot keep anything in " + file, "Set SPICE_HOME")
                .hasMessageNotContaining("\n");
    }
}
