package spice.settings;

import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import spice.store.Json;

/// The settings that a result depends on. Two runs that differ only in other settings reuse each other's results in
/// the store. This identity and the parent checkpoint name a checkpoint's branch.
public final class SettingsIdentity {
    /// Settings without effect on results: how long to run, what to evaluate on the way, how the work is split,
    /// what is kept, names, and what the corpus's own digest says, since its manifest holds how it was read.
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "preset",
            "startFrom",
            "corpus",
            "heldOut",
            "textField",
            "model",
            "iterations",
            "evaluateEvery",
            "heldOutAttempts",
            "passAt",
            "coEvolutionDocuments",
            "poseLanes",
            "attemptLanes",
            "heartbeatSeconds",
            "maxHours",
            "attentionHours",
            "keepLast",
            "keepEvery");

    /// Settings added later, each with the value that means the behaviour before it existed. At that value the
    /// setting is left out, so that a run finds the results that an older version stored.
    private static final Map<String, ValueNode> CAME_LATER = Map.of(
            "topK", IntNode.valueOf(0),
            "topP", DoubleNode.valueOf(1),
            "minP", DoubleNode.valueOf(0),
            "sampleTokens", IntNode.valueOf(0),
            "trainer", TextNode.valueOf(RunSettings.OWN_TRAINER),
            "dtype", TextNode.valueOf("float32"),
            "recompute", TextNode.valueOf("none"));

    /// What is kept from learning where no held-out file is named, and by which rule: it decides what is learned
    /// from. Which file is named decides nothing.
    private static final String HELD_BACK = "heldBack";

    private static final TextNode TENTH = TextNode.valueOf("documents whose path's hash is in the lowest tenth");

    private static final List<String> OF_ADAPTERS = List.of("loraRank", "loraAlpha", "loraTargets");

    private SettingsIdentity() {}

    /// The settings that results depend on. The caller adds the content of corpus and model, which count instead of
    /// their names.
    public static ObjectNode effective(RunSettings settings) {
        ObjectNode object = Json.mapper().valueToTree(settings);
        object.remove(WITHOUT_EFFECT);
        CAME_LATER.forEach((name, before) -> {
            if (before.equals(object.get(name))) {
                object.remove(name);
            }
        });
        if (settings.loraRank() == 0) {
            object.remove(OF_ADAPTERS);
        }
        if (settings.heldOut().isEmpty()) {
            object.set(HELD_BACK, TENTH);
        }
        return object;
    }

    /// SHA-256 of the settings that results depend on.
    public static String digest(RunSettings settings) {
        return Json.digest(effective(settings));
    }
}
