package spice.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import spice.activities.CheckpointManifest;
import spice.activities.RunRecord;
import spice.settings.RunSettings;
import spice.settings.SettingsTable;
import spice.store.Json;
import spice.workflows.CheckpointRef;

/// What a run is and was made with.
///
/// @param base name of the model's checkpoint
/// @param start name of the checkpoint that its first iteration went on from
/// @param checkpoint name of the last one
/// @param manifest digest of the last one's
/// @param updates gradient updates up to it
/// @param hardware what bit-for-bit equality rests on besides the settings
/// @param version of the program that committed the last checkpoint, or empty
/// @param settings in force
record ShownHead(
        String branch,
        String base,
        String start,
        String checkpoint,
        String manifest,
        long updates,
        String hardware,
        String version,
        List<ShownSetting> settings) {

    /// A setting with its meaning.
    record ShownSetting(String name, String value, String meaning) {}

    static ShownHead of(RunRecord run, CheckpointRef last, CheckpointManifest manifest, String version) {
        return new ShownHead(
                last.branch(),
                run.base().name(),
                run.start().name(),
                last.name(),
                last.manifest().sha256(),
                manifest.updates(),
                manifest.hardware(),
                version,
                settings(run.settings()));
    }

    private static List<ShownSetting> settings(RunSettings settings) {
        ObjectNode all = Json.mapper().valueToTree(settings);
        return all.properties().stream()
                .map(setting -> new ShownSetting(
                        setting.getKey(),
                        Excerpt.beginning(setting.getValue().asText(), ShownTask.WORDS),
                        SettingsTable.meaning(setting.getKey())))
                .toList();
    }
}
