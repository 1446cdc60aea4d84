package spice.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaunchersTest {
    @TempDir
    Path folder;

    private Path file(String content) throws Exception {
        return Files.writeString(folder.resolve("launchers.json"), content);
    }

    @Test
    void namesAndCommandsAreRead() throws Exception {
        Map<String, List<String>> commands =
                Launchers.read(file("{\"torchrun\": [\"torchrun\", \"a b.py\"], \"slurm-8\": [\"srun\"]}"));
        Launchers launchers = new Launchers(commands, "spice", Map.of("AWS_SECRET_ACCESS_KEY", "hush"));
        assertThat(launchers.command("torchrun")).containsExactly("torchrun", "a b.py");
        assertThatThrownBy(() -> launchers.command("own")).hasMessageContaining("there is no launcher own");
        assertThat(launchers.toString()).contains("slurm-8").doesNotContain("hush");
    }

    @Test
    void aFileThatCannotBeUsedIsNamedWithTheForm() throws Exception {
        assertRefused(folder.resolve("none.json"), "there is no file", "none.json", "{\"torchrun\": [\"torchrun\"");
        assertRefused(file("torchrun"), "does not hold names with their commands", "{\"torchrun\": [\"torchrun\"");
        assertRefused(file("{\"torchrun\": \"torchrun train.py\"}"), "does not hold names with their commands");
        assertRefused(file("{\"torchrun\": []}"), "gives launcher torchrun no command");
        assertRefused(file("{\"Own\": [\"x\"]}"), "names a launcher \"Own\"");
        assertRefused(file("{\"own\": [\"x\"]}"), "names a launcher \"own\"");
    }

    private static void assertRefused(Path file, String... parts) {
        assertThatThrownBy(() -> Launchers.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .contains(parts)
                .hasLineCount(1);
    }
}
