package spice.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "  ", "{}", "null"})
    void nothingMeansTheNanoPreset(String input) throws InvalidSettings {
        RunSettings settings = SettingsReader.read(input);
        assertThat(settings.preset()).isEqualTo("nano");
        assertThat(settings.groupSize()).isEqualTo(8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nano", "own", "paper"})
    void aPresetSaysEverySetting(String preset) throws Exception {
        Set<String> said = new TreeSet<>();
        new ObjectMapper()
                .readTree(SettingsReader.class.getResourceAsStream("preset-" + preset + ".json"))
                .fieldNames()
                .forEachRemaining(said::add);
        assertThat(said)
                .isEqualTo(Arrays.stream(RunSettings.class.getRecordComponents())
                        .map(component -> component.getName())
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    /// Only the nano model uses the ledger lines' format.
    @Test
    void aModelOfOnesOwnMeansThePresetForThese() throws InvalidSettings {
        RunSettings own = SettingsReader.read("{\"model\": \"stored/0123456789ab\", \"iterations\": 3}");
        assertThat(own.preset()).isEqualTo("own");
        assertThat(own.roles()).isEqualTo(RunSettings.RoleStyle.JSON);
        assertThat(own.iterations()).isEqualTo(3);
        assertThat(SettingsReader.read("{\"model\": \"nano\"}").preset()).isEqualTo("nano");
        assertThat(SettingsReader.read("{\"model\": \"mine\", \"preset\": \"nano\"}")
                        .roles())
                .isEqualTo(RunSettings.RoleStyle.NANO);
    }

    @Test
    void thePaperPresetHasThePapersNumbers() throws InvalidSettings {
        RunSettings paper = SettingsReader.read("{\"preset\": \"paper\"}");
        assertThat(List.of(
                        paper.iterations(),
                        paper.documentsPerIteration(),
                        paper.passageTokens(),
                        paper.groupSize(),
                        paper.challengerAttempts(),
                        paper.reasonerAttempts(),
                        paper.updateBatch()))
                .containsExactly(640, 128, 5992, 8, 1024, 8, 128);
        assertThat(paper.learningRate()).isEqualTo(1e-6);
        assertThat(paper.temperature()).isEqualTo(1.0);
    }

    @Test
    void whatIsSaidReplacesThePreset() throws InvalidSettings {
        RunSettings settings = SettingsReader.read(
                "{\"iterations\": 3, \"learningRate\": 1e-5, \"challenger\": \"fixed\", \"seed\": -7}");
        assertThat(settings.iterations()).isEqualTo(3);
        assertThat(settings.learningRate()).isEqualTo(1e-5);
        assertThat(settings.challenger()).isEqualTo(RunSettings.ChallengerMode.FIXED);
        assertThat(settings.seed()).isEqualTo(-7);
        assertThat(settings.documentsPerIteration()).isEqualTo(32);
    }

    @Test
    void everythingWrongIsSaidAtOnce() {
        assertThat(
                        problems(
                                "{\"groupSize\": 1, \"reasonerAttempts\": 0, \"learningRate\": -0.1, \"iteration\": 5, \"roles\": \"xml\"}"))
                .containsExactlyInAnyOrder(
                        "groupSize is 1; give a number from 2 to 1024",
                        "reasonerAttempts is 0; give a number from 2 to 1024",
                        "learningRate is -0.1; give a number from 0 to 1",
                        "iteration is not a setting; did you mean iterations?",
                        "roles is \"xml\"; take one of [nano, json]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"iterations\": 2.5} | iterations is 2.5; give a whole number",
                "{\"iterations\": \"ten\"} | iterations is \"ten\"; give a whole number",
                "{\"iterations\": 99999999999} | iterations is 99999999999; give a number from 0 to 1000000",
                "{\"seed\": 99999999999999999999} | seed is 99999999999999999999; give a number of 64 bits",
                "{\"temperature\": true} | temperature is true; give a number",
                "{\"corpus\": 7} | corpus is 7; give a text in quotes",
                "{\"corpus\": \" \"} | corpus is empty; name one that the workers were started with",
                "{\"textField\": \"\"} | textField is empty; name a field, such as text",
                "{\"preset\": \"huge\"} | preset is \"huge\"; take one of [nano, own, paper]",
                "{\"keepEvery\": 10} | keepEvery is 10 but keepLast is 0, which keeps all; give keepLast at least 1",
                "{\"groupSize\": 32} | challengerAttempts is 16 but groupSize is 32; give challengerAttempts at least groupSize",
                "{\"startFrom\": \"../x@3\"} | startFrom is \"../x@3\"; take base, last, last-or-base, or a lineage and an iteration as mine@12",
                "{\"trainer\": \"../run\"} | trainer is \"../run\"; give own, or the name of a launcher that the workers were started with",
                "{\"dtype\": \"bfloat16\", \"trainer\": \"torchrun\"} | dtype is bfloat16 but trainer is torchrun, whose jobs compute in float32; give dtype float32 or trainer own",
                "{\"loraRank\": 8, \"trainer\": \"torchrun\"} | loraRank is 8 but trainer is torchrun, whose jobs train all weights; give loraRank 0 or trainer own",
                "{\"loraTargets\": \"q_proj,qproj\"} | loraTargets is \"q_proj,qproj\"; give all, or some of [q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj] with commas between them",
                "[1, 2] | the input is [1,2]; give one JSON object such as {\"iterations\": 10}",
                "7 | the input is 7; give one JSON object such as {\"iterations\": 10}",
            })
    void aProblemNamesFieldValueAndRemedy(String input, String problem) {
        assertThat(problems(input)).containsExactly(problem);
    }

    /// The preset's questions are about the merchant's archive, whichever of its folders is learned from.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{} | archive/held-out.jsonl",
                "{\"corpus\": \"archive\"} | archive/held-out.jsonl",
                "{\"corpus\": \"archive/2\"} | archive/held-out.jsonl",
                "{\"corpus\": \"archives\"} | ~~",
                "{\"corpus\": \"mine/notes\"} | ~~",
                "{\"corpus\": \"mine\", \"heldOut\": \"archive/held-out.jsonl\"} | archive/held-out.jsonl",
                "{\"corpus\": \"mine\", \"heldOut\": \"mine/asked.jsonl\"} | mine/asked.jsonl",
            })
    void anotherCorpusDoesNotKeepThePresetsQuestions(String input, String heldOut) throws Exception {
        assertThat(SettingsReader.read(input).heldOut()).isEqualTo(heldOut);
    }

    @Test
    void whatIsNotJsonIsAProblem() {
        assertThat(problems("{\"iterations\": ")).singleElement().asString().startsWith("the input is not JSON");
    }

    private static List<String> problems(String input) {
        return catchThrowableOfType(InvalidSettings.class, () -> SettingsReader.read(input))
                .problems();
    }
}
