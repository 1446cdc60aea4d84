package spice.settings;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// All settings as tables, one a group: in Markdown for the page, in parts for a terminal.
public final class SettingsTable {
    private SettingsTable() {}

    /// Settings that belong together.
    public record Group(String name, List<Row> rows) {}

    /// A setting.
    ///
    /// @param values in each preset, in the order of [SettingsReader#presets]
    /// @param meaning what it is, and the numbers it may be
    public record Row(String name, List<String> values, String meaning) {}

    /// The settings in groups.
    public static List<Group> groups() {
        List<ObjectNode> presets =
                SettingsReader.presets().stream().map(SettingsReader::preset).toList();
        List<Group> groups = new ArrayList<>();
        for (RecordComponent setting : RunSettings.class.getRecordComponents()) {
            SettingGroup begins = setting.getAnnotation(SettingGroup.class);
            if (begins != null) {
                groups.add(new Group(begins.value(), new ArrayList<>()));
            }
            groups.getLast().rows().add(row(setting, presets));
        }
        return groups;
    }

    private static Row row(RecordComponent setting, List<ObjectNode> presets) {
        return new Row(
                setting.getName(),
                presets.stream().map(preset -> value(preset, setting.getName())).toList(),
                setting.getAnnotation(Setting.class).value() + range(setting));
    }

    /// The lines of all tables in Markdown. Each group has a heading and a table with a row for each setting.
    public static List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Group group : groups()) {
            lines.addAll(heading(group.name(), !lines.isEmpty()));
            group.rows()
                    .forEach(row -> lines.add("| `%s` | %s | %s |"
                            .formatted(row.name(), String.join(" | ", row.values()), row.meaning())));
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
