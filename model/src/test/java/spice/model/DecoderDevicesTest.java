package spice.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What a GPU would say at the first call, said where there is none.
class DecoderDevicesTest {
    /// Operators that make a tensor out of nothing, on the processor unless they are told where. A single number
    /// may stay there: libtorch takes it along.
    private static final Pattern MADE = Pattern.compile("torch\\.(zeros|ones|full|empty|rand|arange)\\(");

    @Test
    void whateverTheDecoderMakesItMakesOnTheDeviceOfItsWeights() throws Exception {
        try (InputStream text = TorchProgram.class.getResourceAsStream("decoder.py")) {
            List<String> made = new String(text.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.strip().startsWith("#"))
                    .filter(line -> MADE.matcher(line).find())
                    .toList();
            assertThat(made)
                    .hasSizeGreaterThan(5)
                    .allSatisfy(line -> assertThat(line).contains("device="));
        }
    }
}
