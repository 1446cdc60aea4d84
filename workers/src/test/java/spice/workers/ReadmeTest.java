package spice.workers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import spice.settings.SettingsTable;

/// What the README says that the program knows better.
class ReadmeTest {
    private static final Path README = Path.of("../README.md");

    @Test
    void itsTableOfSettingsIsWhatTheProgramPrints() throws IOException {
        List<String> lines = Files.readAllLines(README);

        assertThat(lines.stream()
                        .filter(line -> line.startsWith("| `")
                                && SettingsTable.lines().stream()
                                        .anyMatch(row -> row.split("\\|")[1].equals(line.split("\\|")[1]))))
                .as("put what `./spice settings` prints into the README's section \"Settings\"")
                .containsExactlyElementsOf(
                        SettingsTable.lines().stream().skip(2).toList());
    }

    @Test
    void itNamesEveryCommand() throws IOException {
        String text = Files.readString(README);

        assertThat(Spice.commandLine().getSubcommands().keySet())
                .allSatisfy(command -> assertThat(text).containsPattern("spice [a-z|-]*\\b%s\\b".formatted(command)));
    }
}
