package spice.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import spice.checkpoints.CheckpointManifest;
import spice.checkpoints.RunRecord;
import spice.runs.CheckpointRef;
import spice.runs.SamplerGap;
import spice.settings.RunSettings;
import spice.settings.SettingsTable;
import spice.store.Json;

/// The facts about a run.
///
/// @param base name of the base model's checkpoint
/// @param start name of the checkpoint from which the first iteration started
/// @param checkpoint name of the last checkpoint
/// @param manifest SHA-256 of its manifest
/// @param updates number of gradient updates up to it
/// @param hardware the hardware, on which bit-for-bit equality depends besides the settings
/// @param version version of the program that committed the last checkpoint, or empty
/// @param samplerGap the greatest difference between sampler and learner that is no event, see [SamplerGap]
/// @param settings the settings in force
record ShownHead(
        String branch,
        String base,
        String start,
        String checkpoint,
        String manifest,
        long updates,
        String hardware,
        String version,
        double samplerGap,
        List<ShownSetting> settings) {

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
                SamplerGap.bound(run.settings().dtype()),
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
