package spice.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;
import spice.store.Json;

/// The command that forks a run from one of its checkpoints, for a person to copy.
final class Fork {
    private static final Set<String> NOT_REPEATED = Set.of("preset", "startFrom", "learningRate");
    private static final String HARMLESS = "[\\w./:=@,+-]*";

    private Fork() {}

    /// The fork with these settings and a smaller learning rate: the preset's, or a tenth where that is not
    /// smaller.
    ///
    /// @param iteration of the checkpoint to start from
    static String withSmallerSteps(RunSettings settings, String lineage, int iteration) {
        ObjectNode preset = SettingsReader.preset(settings.preset());
        double usual = preset.get("learningRate").doubleValue();
        double smaller = settings.learningRate() > usual
                ? usual
                : BigDecimal.valueOf(settings.learningRate()).movePointLeft(1).doubleValue();
        List<String> words = new ArrayList<>(
                List.of("spice fork", "%s@%d".formatted(lineage, iteration), "-s learningRate=" + plain(smaller)));
        if (!settings.preset().equals(SettingsReader.presetFor(settings.model()))) {
            words.add("-s preset=" + settings.preset());
        }
        ObjectNode whole = Json.mapper().valueToTree(settings);
        preset.properties().stream()
                .filter(setting -> !NOT_REPEATED.contains(setting.getKey()))
                .map(Map.Entry::getKey)
                .filter(name -> !inWords(whole.get(name)).equals(inWords(preset.get(name))))
                .forEach(name -> words.add("-s " + quoted(name + "=" + inWords(whole.get(name)))));
        return String.join(" ", words);
    }

    /// A number as a person types it.
    static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    private static String inWords(JsonNode value) {
        return value.isNumber() ? plain(value.doubleValue()) : value.asText();
    }

    private static String quoted(String word) {
        return word.matches(HARMLESS) ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
