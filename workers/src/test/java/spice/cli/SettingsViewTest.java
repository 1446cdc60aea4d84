package spice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import spice.settings.SettingsTable;

class SettingsViewTest {
    @Test
    void aSettingIsARowThatGoesOnBelow() {
        List<String> lines = SettingsView.lines(80);
        int first = lines.indexOf("TASKS                  nano          own           paper      what it is") + 1;

        assertThat(lines.subList(first, first + 4))
                .containsExactly(
                        "documentsPerIteration  32            16            128        documents drawn",
                        "                                                              for an iteration",
                        "                                                              [B] (1 to 100000)",
                        "passageTokens          170           1500          5992       longest passage");
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 100, 132, 200})
    void everyLineFits(int width) {
        assertThat(SettingsView.lines(width))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(width));
    }

    @Test
    void noSettingIsLeftOut() {
        String table = String.join("\n", SettingsView.lines(100));
        assertThat(SettingsTable.groups())
                .flatExtracting(SettingsTable.Group::rows)
                .isNotEmpty()
                .allSatisfy(row -> assertThat(table).contains("\n%s ".formatted(row.name())));
    }
}
