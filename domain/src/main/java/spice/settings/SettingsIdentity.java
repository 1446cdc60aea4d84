package spice.settings;

import com.fasterxml.jackson.databind.node.ObjectNode;
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

    /// Settings that came later, each with the value at which a run does what it did before there was the setting: at
    /// that value it is left out, so that a run meets the results that an older version stored.
    private static final Map<String, Double> CAME_LATER = Map.of("topK", 0.0, "topP", 1.0, "minP", 0.0);

    private SettingsIdentity() {}

    /// The settings that have an effect. Corpus and model count by their content, which the caller adds.
    public static ObjectNode effective(RunSettings settings) {
        ObjectNode object = Json.mapper().valueToTree(settings);
        object.remove(WITHOUT_EFFECT);
        CAME_LATER.forEach((name, before) -> {
            if (object.get(name).doubleValue() == before) {
                object.remove(name);
            }
        });
        return object;
    }

    /// SHA-256 of the settings that have an effect.
    public static String digest(RunSettings settings) {
        return Json.digest(effective(settings));
    }
}
