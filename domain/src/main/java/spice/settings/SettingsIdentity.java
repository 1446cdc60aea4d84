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

/// What of the settings a result depends on. Two runs that differ only in the rest meet each other's results in
/// the store; the branch of a checkpoint is named by this and its parent.
public final class SettingsIdentity {
    /// How long to run, what to look at on the way, how the work is split, and what things are called.
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "preset",
            "startFrom",
            "corpus",
            "heldOut",
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
            "attentionHours");

    /// Settings that came later, each with the value at which a run does what it did before there was the setting:
    /// at that value it is left out, so that a run meets the results that an older version stored.
    private static final Map<String, ValueNode> CAME_LATER = Map.of(
            "topK", IntNode.valueOf(0),
            "topP", DoubleNode.valueOf(1),
            "minP", DoubleNode.valueOf(0),
            "sampleTokens", IntNode.valueOf(0),
            "trainer", TextNode.valueOf(RunSettings.OWN_TRAINER),
            "dtype", TextNode.valueOf("float32"),
            "recompute", TextNode.valueOf("none"));

    private static final List<String> OF_ADAPTERS = List.of("loraRank", "loraAlpha", "loraTargets");

    private SettingsIdentity() {}

    /// The settings that have an effect. Corpus and model count by their content, which the caller adds.
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
        return object;
    }

    /// SHA-256 of the settings that have an effect.
    public static String digest(RunSettings settings) {
        return Json.digest(effective(settings));
    }
}
