package spice.settings;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// All settings as a Markdown table, which people also read in a terminal.
public final class SettingsTable {
    private SettingsTable() {}

    /// The table's lines: a row for each setting with its value in each preset, and what it means and may be.
    public static List<String> lines() {
        List<ObjectNode> presets =
                SettingsReader.presets().stream().map(SettingsReader::preset).toList();
        List<String> lines = new ArrayList<>();
        lines.add("| setting | %s | what it is |".formatted(String.join(" | ", SettingsReader.presets())));
        lines.add("|---|%s---|".formatted("---|".repeat(presets.size())));
        for (RecordComponent setting : RunSettings.class.getRecordComponents()) {
            lines.add("| `%s` | %s | %s%s |"
                    .formatted(
                            setting.getName(),
                            presets.stream()
                                    .map(preset -> value(preset, setting.getName()))
                                    .collect(Collectors.joining(" | ")),
                            setting.getAnnotation(Setting.class).value(),
                            range(setting)));
        }
        return lines;
    }

    /// What a setting means, in one sentence.
    ///
    /// @param name of a setting
    public static String meaning(String name) {
        return Arrays.stream(RunSettings.class.getRecordComponents())
                .filter(setting -> setting.getName().equals(name))
                .map(setting -> setting.getAnnotation(Setting.class).value())
                .findFirst()
                .orElseThrow();
    }

    private static String value(ObjectNode preset, String name) {
        return preset.get(name).isNumber()
                ? SettingsReader.plain(preset.get(name).doubleValue())
                : preset.get(name).asText();
    }

    /// Of numbers alone: words stand in what a setting means.
    private static String range(RecordComponent setting) {
        Setting bounds = setting.getAnnotation(Setting.class);
        boolean low = Double.isFinite(bounds.min());
        boolean high = Double.isFinite(bounds.max());
        if (low && high) {
            return " (%s to %s)".formatted(SettingsReader.plain(bounds.min()), SettingsReader.plain(bounds.max()));
        }
        return low ? " (from %s)".formatted(SettingsReader.plain(bounds.min())) : "";
    }
}
