package spice.roles;

import static org.assertj.core.api.Assertions.assertThat;
import static spice.judging.Samples.posed;
import static spice.judging.Samples.task;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import spice.domain.Refusal;
import spice.domain.Repair;
import spice.model.StopReason;
import spice.store.Json;

/// The JSON of posed and attempted tasks, which older and newer workers find in the store.
class StoredTasksTest {

    @Test
    void aPosedDocumentKeepsItsStoredNames() {
        PosedDocument posed = new PosedDocument(
                3,
                8,
                1,
                Map.of(Refusal.UNREADABLE, 7),
                Map.of(Repair.FENCE, 2),
                List.of(posed(5, task("clove 7 plus 5", "12"))));

        String json = new String(Json.bytes(posed), StandardCharsets.UTF_8);

        assertThat(json).isEqualTo("""
                        {"document":3,"group":[{"attempt":5,"detail":"",\
                        "dialogue":[{"logProbs":[],"tokens":[1,2]},{"logProbs":[-1.0],"tokens":[15]}],\
                        "refusal":null,"replies":["reply"],\
                        "task":{"answer":"12","derivation":"","difficulty":"easy","kind":"integer","options":[],\
                        "question":"clove 7 plus 5","quotes":["clove 7 plus 5 is 12"]}}],\
                        "posed":8,"refusals":{"UNREADABLE":7},"repairs":{"FENCE":2},"valid":1}""");
        assertThat(Json.read(Json.bytes(posed), PosedDocument.class, "document")
                        .id(posed.group().getFirst()))
                .isEqualTo(new TaskId(3, 5));
    }

    @Test
    void anAttemptedTaskKeepsItsStoredNames() {
        AttemptedTask attempted = new AttemptedTask(
                3,
                5,
                new int[] {7},
                List.of(new Attempt(new int[] {20}, new float[] {-0.5f}, StopReason.STOP_TOKEN, "12")));

        String json = new String(Json.bytes(attempted), StandardCharsets.UTF_8);

        assertThat(json).isEqualTo("""
                        {"attempts":[{"logProbs":[-0.5],"stopReason":"STOP_TOKEN","text":"12","tokens":[20]}],\
                        "document":3,"prompt":[7],"task":5}""");
        assertThat(Json.read(Json.bytes(attempted), AttemptedTask.class, "task").id())
                .isEqualTo(new TaskId(3, 5));
    }
}
