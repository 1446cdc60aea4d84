package spice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.local.LocalSettings;
import spice.program.UserError;

class ModelArgumentTest {
    @TempDir
    Path folder;

    private final LocalSettings local = LocalSettings.from(Map.of());

    @Test
    void aNameWithoutAFolderIsOneOfTheWorkers() {
        assertThat(ModelArgument.name("no-such-folder-here", local, _ -> {})).isEqualTo("no-such-folder-here");
    }

    @Test
    void aFolderWithoutAModelIsNamed() throws Exception {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> ModelArgument.name(empty.toString(), local, _ -> {}))
                .isInstanceOf(UserError.class)
                .hasMessage(
                        "there is no model in %s: no config.json; give --model a folder or an S3 prefix with a model in Hugging Face layout"
                                .formatted(empty));
        assertThatThrownBy(() -> ModelArgument.name(folder.resolve("missing").toString(), local, _ -> {}))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("there is no model in " + folder.resolve("missing"));
    }
}
