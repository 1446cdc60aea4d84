package spice.settings;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// All settings as Markdown tables, one a group, which people also read in a terminal.
public final class SettingsTable {
    private SettingsTable() {}

    /// The lines of all tables. Each group has a heading and a table with a row for each setting: its value in each
    /// preset, what it means and the numbers it may be.
    public static List<String> lines() {
        List<ObjectNode> presets =
                SettingsReader.presets().stream().map(SettingsReader::preset).toList();
        List<String> lines = new ArrayList<>();
        for (RecordComponent setting : RunSettings.class.getRecordComponents()) {
            SettingGroup group = setting.getAnnotation(SettingGroup.class);
            if (group != null) {
                lines.addAll(heading(group.value(), !lines.isEmpty()));
            }
            lines.add(row(setting, presets));
        }
        return lines;
    }

    private static List<String> heading(String group, boolean afterAnother) {
        List<String> lines = new ArrayList<>();
        if (afterAnother) {
            lines.add("");
        }
        lines.add("## " + group);
        lines.add("");
        lines.add("| setting | %s | what it is |".formatted(String.join(" | ", SettingsReader.presets())));
        lines.add("|---|%s---|".formatted("---|".repeat(SettingsReader.presets().size())));
        return lines;
    }

    private static String row(RecordComponent setting, List<ObjectNode> presets) {
        String values =
                presets.stream().map(preset -> value(preset, setting.getName())).collect(Collectors.joining(" | "));
        return "| `%s` | %s | %s%s |"
                .formatted(
                        setting.getName(),
                        values,
                        setting.getAnnotation(Setting.class).value(),
                        range(setting));
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

    /// The bounds of a number, in brackets; empty for words, whose meaning lists them.
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
