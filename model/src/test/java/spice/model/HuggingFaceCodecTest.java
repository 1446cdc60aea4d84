package spice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HuggingFaceCodecTest {
    @TempDir
    Path folder;

    private HuggingFaceCodec codec() {
        TinyModel.create(folder, TinyModel.config(), 1);
        return HuggingFaceCodec.open(folder.resolve("tokenizer.json"), List.of(0));
    }

    @Test
    void specialTokensInTheTextAreRecognisedAndNoneAreAdded() {
        try (HuggingFaceCodec codec = codec()) {
            assertThat(codec.encode("w3 w11<eos> w3")).containsExactly(3, 11, 0, 3);
        }
    }

    @Test
    void theStopTokenIsLeftOutOfTheText() {
        try (HuggingFaceCodec codec = codec()) {
            assertThat(codec.decode(new int[] {3, 11, 0})).isEqualTo("w3 w11");
        }
    }

    @Test
    void longTextsAreNotCut() {
        try (HuggingFaceCodec codec = codec()) {
            assertThat(codec.encode("w5 ".repeat(3000))).hasSize(3000).containsOnly(5);
        }
    }

    @Test
    void aFileThatIsNoTokenizerIsNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("tokenizer.json"), "{}");
        assertThatThrownBy(() -> HuggingFaceCodec.open(file, List.of(0)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(file + " is not a tokenizer");
    }

    @Test
    void aTokenizerThatDoesNotKnowTheStopTokenIsNamed() {
        TinyModel.create(folder, TinyModel.config(), 1);

        assertThatThrownBy(() -> HuggingFaceCodec.open(folder.resolve("tokenizer.json"), List.of(0, 12)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("tokenizer.json has no token 12");
    }
}
