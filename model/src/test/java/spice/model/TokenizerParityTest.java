package spice.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/// A thousand texts in ten scripts, with emoji and control characters, compared with Hugging Face's own library:
/// `fixtures.py` wrote the texts, their tokens and the decoded tokens.
class TokenizerParityTest {
    private static final Path FOLDER = Fixture.root().resolve("tokenizer");

    @Test
    void aThousandTextsHaveTheLibrarysTokensAndComeBack() throws IOException {
        JsonNode samples;
        try (InputStream packed = Files.newInputStream(FOLDER.resolve("texts.json.gz"))) {
            samples = new ObjectMapper().readTree(new GZIPInputStream(packed));
        }
        assertThat(samples).hasSize(1000);
        int same = 0;
        // Token 0 ends a text.
        try (HuggingFaceCodec codec = HuggingFaceCodec.open(FOLDER.resolve("tokenizer.json"), List.of(0))) {
            for (JsonNode sample : samples) {
                String text = sample.get(0).textValue();
                int[] tokens = codec.encode(text);
                assertThat(tokens).as("tokens of \"%s\"", text).containsExactly(Fixture.integers(sample.get(1)));
                assertThat(codec.decode(tokens)).isEqualTo(sample.get(2).textValue());
                same += codec.decode(tokens).equals(text) ? 1 : 0;
            }
        }
        // The other texts are not in Unicode's composed form (NFC), into which this tokenizer converts texts, as Qwen's
        // do.
        assertThat(same).isGreaterThan(700);
    }
}
