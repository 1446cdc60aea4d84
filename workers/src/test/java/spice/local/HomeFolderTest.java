package spice.local;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.program.UserError;

/// Folders that cannot hold a stack.
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
