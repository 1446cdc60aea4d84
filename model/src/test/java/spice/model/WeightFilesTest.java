package spice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightFilesTest {
    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";

    @TempDir
    Path folder;

    @BeforeEach
    void writeTwoShards() throws IOException {
        SafeTensors.write(folder.resolve(FIRST), Map.of("a", tensor(1)), Dtype.FLOAT32);
        SafeTensors.write(folder.resolve(SECOND), Map.of("b", tensor(2)), Dtype.FLOAT32);
        index("{\"a\": \"" + FIRST + "\", \"b\": \"" + SECOND + "\"}");
    }

    private static HostTensor tensor(float value) {
        return new HostTensor(new long[] {1}, new float[] {value});
    }

    private void index(String map) throws IOException {
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"metadata\": {\"total_size\": 8}, \"weight_map\": " + map + "}");
    }

    @Test
    void allFilesOfTheIndexAreRead() {
        Map<String, StoredTensor> tensors = WeightFiles.read(folder);

        assertThat(tensors).containsOnlyKeys("a", "b");
        assertThat(tensors.get("a").onHost().values()).containsExactly(1);
        assertThat(tensors.get("b").onHost().values()).containsExactly(2);
    }

    @Test
    void oneFileWithAllWeightsGoesBeforeAnIndex() {
        SafeTensors.write(folder.resolve("model.safetensors"), Map.of("c", tensor(3)), Dtype.FLOAT32);

        assertThat(WeightFiles.read(folder)).containsOnlyKeys("c");
    }

    @Test
    void aTensorThatIsNotWhereTheIndexSaysIsNamed() throws IOException {
        index("{\"a\": \"" + FIRST + "\", \"c\": \"" + SECOND + "\"}");

        assertRefused(folder.resolve(SECOND) + " lacks tensor c");
    }

    @Test
    void aFileThatIsMissingIsNamed() throws IOException {
        Files.delete(folder.resolve(SECOND));

        assertRefused(folder.resolve(SECOND) + " is missing");
    }

    @Test
    void withoutWeightsTheUsualFileIsNamed() throws IOException {
        Files.delete(folder.resolve("model.safetensors.index.json"));

        assertRefused(folder.resolve("model.safetensors") + " is missing");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\": \"../a.safetensors\"}  | not the name of a safetensors file beside it",
                "{\"a\": \"/tmp/a.safetensors\"} | not the name of a safetensors file beside it",
                "{\"a\": 1}                     | not the name of a safetensors file beside it",
                "{}                             | has no weight_map",
                "[]                             | has no weight_map",
                "                               | is not JSON",
                "{\"a\": {\"b\": \"x\"}}         | not the name of a safetensors file beside it",
            })
    void anIndexThatIsWrongIsRefused(String map, String complaint) throws IOException {
        index(map == null ? "" : map);

        assertRefused(complaint);
    }

    private void assertRefused(String complaint) {
        assertThatThrownBy(() -> WeightFiles.read(folder))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(complaint);
    }

    @Test
    void aTensorInTwoFilesIsRefused() {
        SafeTensors.write(folder.resolve(SECOND), Map.of("a", tensor(3), "b", tensor(2)), Dtype.FLOAT32);

        assertRefused("tensor a is in two of the files");
    }
}
