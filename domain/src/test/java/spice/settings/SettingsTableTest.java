package spice.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettingsTableTest {
    @Test
    void everySettingHasOneRowBelowTheHeadingOfItsGroup() {
        List<String> lines = SettingsTable.lines();

        assertThat(lines.getFirst()).isEqualTo("## The run");
        assertThat(lines)
                .filteredOn(line -> line.startsWith("| `"))
                .extracting(line -> line.split("`")[1])
                .containsExactlyElementsOf(Arrays.stream(RunSettings.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .toList());
        assertThat(lines)
                .containsSubsequence(
                        "## Tasks",
                        "",
                        "| setting | nano | own | paper | what it is |",
                        "|---|---|---|---|---|",
                        "| `documentsPerIteration` | 32 | 16 | 128 | documents drawn for an iteration [B] (1 to 100000) |",
                        "",
                        "## Sampling");
    }

    @Test
    void aRowSaysEveryPresetTheMeaningAndTheRange() {
        assertThat(SettingsTable.lines())
                .contains("| `learningRate` | 0.0003 | 0.000001 | 0.000001 | learning rate after warm-up (0 to 1) |")
                .contains(
                        "| `roles` | nano | json | json | how the model is asked: nano (ledger lines) or json (the paper's "
                                + "two-stage prompts) |")
                .anyMatch(row -> row.startsWith("| `evaluateEvery` | 10 | 10 | 16 | ") && row.endsWith(" (from 0) |"));
    }
}
