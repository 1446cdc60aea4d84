package spice.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import spice.store.Json;

class SettingsIdentityTest {
    /// The digests that commit 152a7db gave, before top-k, top-p and min-p existed. Where no held-out file is
    /// named, what was held back then depended on the whole folder, and nothing of it may be taken over.
    @ParameterizedTest
    @CsvSource({
        "nano, 418d5a1fdca5cddf9d51de5b31a0b383f4e962b2a0503577004ad38d42d59fe7",
        "paper, 5996368414ebc4ae39efa09eca6aaf5082979e63e56e263f1a4aeeb8bef7651c"
    })
    void presetsKeepTheIdentityUnderWhichOlderVersionsStored(String preset, String digest) throws InvalidSettings {
        assertThat(SettingsIdentity.digest(SettingsReader.read(
                        "{\"preset\": \"%s\", \"heldOut\": \"a/questions.jsonl\"}".formatted(preset))))
                .isEqualTo(digest);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"topK\": 50}",
                "{\"topP\": 0.95}",
                "{\"minP\": 0.05}",
                "{\"sampleTokens\": 4096}",
                "{\"heldOut\": \"\"}",
                "{\"temperature\": 0.9}",
                "{\"learningRate\": 0.001}",
                "{\"seed\": 2}"
            })
    void whatChangesResultsChangesTheIdentity(String settings) throws InvalidSettings {
        assertThat(SettingsIdentity.digest(SettingsReader.read(settings)))
                .isNotEqualTo(SettingsIdentity.digest(SettingsReader.read("{}")));
    }

    @Test
    void howLongToRunAndNamesDoNot() throws InvalidSettings {
        assertThat(
                        SettingsIdentity.digest(
                                SettingsReader.read(
                                        "{\"iterations\": 3, \"startFrom\": \"a@2\", \"poseLanes\": 2, \"keepLast\": 3, \"keepEvery\": 10}")))
                .isEqualTo(SettingsIdentity.digest(SettingsReader.read("{}")));
    }

    @Test
    void aTrainerOfItsOwnIsTheRunsAndTheWorkersOwnIsHowItAlwaysWas() throws InvalidSettings {
        RunSettings settings = SettingsReader.read("{}");
        assertThat(SettingsIdentity.effective(settings).has("trainer")).isFalse();
        assertThat(SettingsIdentity.effective(SettingsReader.read("{\"trainer\": \"torchrun\"}"))
                        .path("trainer")
                        .asText())
                .isEqualTo("torchrun");

        ObjectNode before = Json.mapper().valueToTree(settings);
        before.remove("trainer");
        assertThat(Json.read(Json.bytes(before), RunSettings.class, "settings")).isEqualTo(settings);
    }

    @Test
    void whatCameLaterRenamesNoResultOfBefore() throws InvalidSettings {
        RunSettings settings = SettingsReader.read("{}");
        assertThat(SettingsIdentity.effective(settings).fieldNames())
                .toIterable()
                .contains("microBatchTokens")
                .doesNotContain("dtype", "recompute", "loraRank", "loraAlpha", "loraTargets");
        assertThat(SettingsIdentity.effective(SettingsReader.read("{\"dtype\": \"bfloat16\"}"))
                        .path("dtype")
                        .asText())
                .isEqualTo("bfloat16");

        ObjectNode before = Json.mapper().valueToTree(settings);
        before.remove(List.of("dtype", "recompute", "loraRank", "loraAlpha", "loraTargets"));
        assertThat(Json.read(Json.bytes(before), RunSettings.class, "settings")).isEqualTo(settings);
    }
}
