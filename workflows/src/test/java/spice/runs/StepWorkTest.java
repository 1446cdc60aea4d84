package spice.runs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StepWorkTest {
    @Test
    void whatIsCountedSaysHowFarItIs() {
        assertThat(new StepWork("evaluate", 128, 360, "questions", 40))
                .hasToString("evaluate: 128 of 360 questions, 40 s left");
        assertThat(new StepWork("train", 0, 4, "updates", 0)).hasToString("train: 0 of 4 updates");
        assertThat(new StepWork("attempt", 1, 9, "tasks", 180)).hasToString("attempt: 1 of 9 tasks, 3 min left");
        assertThat(StepWork.uncounted("opening the model")).hasToString("opening the model");
    }

    /// Two lanes of a stage work side by side: the slower one says when the stage ends.
    @Test
    void lanesAreCountedTogether() {
        assertThat(new StepWork("pose", 3, 10, "documents", 70).with(new StepWork("pose", 5, 9, "documents", 20)))
                .isEqualTo(new StepWork("pose", 8, 19, "documents", 70));
    }
}
