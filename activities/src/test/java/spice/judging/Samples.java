package spice.judging;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import spice.domain.AnswerKind;
import spice.domain.Passage;
import spice.domain.Refusal;
import spice.domain.Task;
import spice.model.StopReason;
import spice.roles.Attempt;
import spice.roles.AttemptedTask;
import spice.roles.PosedTask;
import spice.roles.Span;
import spice.settings.InvalidSettings;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;
import spice.store.Json;

/// Small settings, passages, tasks and attempts for tests.
public final class Samples {
    private Samples() {}

    public static RunSettings settings(String json) {
        try {
            return SettingsReader.read(json);
        } catch (InvalidSettings e) {
            throw new IllegalArgumentException(e);
        }
    }

    public static Passage passage(String source, String text) {
        return new Passage(
                Json.sha256(text.getBytes(StandardCharsets.UTF_8)), source, 0, "text/plain", source, "und", text, 10);
    }

    public static Task task(String question, String answer) {
        return new Task(
                AnswerKind.INTEGER, question, List.of(), answer, List.of(question + " is " + answer), "", "easy");
    }

    public static PosedTask posed(int attempt, Task task) {
        return new PosedTask(
                attempt, Optional.of(task), Optional.empty(), "", List.of(), dialogue(attempt), List.of("reply"));
    }

    static PosedTask refused(int attempt) {
        return new PosedTask(
                attempt,
                Optional.empty(),
                Optional.of(Refusal.UNREADABLE),
                "no",
                List.of(),
                dialogue(attempt),
                List.of("nonsense"));
    }

    private static List<Span> dialogue(int attempt) {
        return List.of(new Span(new int[] {1, 2}, new float[0]), new Span(new int[] {10 + attempt}, new float[] {-1}));
    }

    static AttemptedTask attempted(int document, int task, String... replies) {
        return new AttemptedTask(
                document,
                task,
                new int[] {7, 8},
                Arrays.stream(replies)
                        .map(reply -> new Attempt(
                                new int[] {20, 21}, new float[] {-0.1f, -0.2f}, StopReason.STOP_TOKEN, reply))
                        .toList());
    }
}
