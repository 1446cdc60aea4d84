package spice.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SettingsTableTest {
    @Test
    void aRowSaysBothPresetsTheMeaningAndTheRange() {
        assertThat(SettingsTable.lines())
                .contains("| `learningRate` | 0.0003 | 0.000001 | 0.000001 | learning rate after warm-up (0 to 1) |")
                .contains(
                        "| `roles` | nano | json | json | how the model is asked: nano (ledger lines) or json (the paper's "
                                + "two-stage prompts) |")
                .anyMatch(row -> row.startsWith("| `evaluateEvery` | 10 | 10 | 16 | ") && row.endsWith(" (from 0) |"));
    }
}
