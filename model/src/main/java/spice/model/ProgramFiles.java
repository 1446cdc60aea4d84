package spice.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/// A decoder's program as files that Python's `torch.jit.load` runs, where there is no Java:
/// `infra/program/bench.py`.
public final class ProgramFiles {
    /// The program, without weights.
    public static final String PROGRAM = "decoder.pt";
    /// What its methods are given beside their data, as JSON.
    public static final String DESCRIPTION = "decoder.json";

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private ProgramFiles() {}

    /// @param weights in the order in which the program takes them
    /// @param frequencies of the rotary positions, D / 2
    /// @param attentionFactor what their cosines and sines are multiplied by
    @SuppressWarnings("ArrayRecordComponent") // written as JSON; never compared
    private record Description(
            int vocabulary,
            int layers,
            int heads,
            int headDimension,
            double normEpsilon,
            double[] frequencies,
            double attentionFactor,
            List<Weight> weights) {}

    @SuppressWarnings("ArrayRecordComponent") // written as JSON; never compared
    private record Weight(String name, long[] shape) {}

    /// Writes both files for models of this config.
    public static void write(Path folder, ModelConfig config) {
        Description description = new Description(
                config.vocabularySize(),
                config.layers(),
                config.heads(),
                config.headDimension(),
                config.normEpsilon(),
                config.rope().frequencies(config.headDimension()),
                config.rope().attentionFactor(),
                WeightTable.of(config).entrySet().stream()
                        .map(entry -> new Weight(entry.getKey(), entry.getValue()))
                        .toList());
        try {
            WholeFile.write(folder.resolve(DESCRIPTION), JSON.writeValueAsBytes(description));
        } catch (JacksonException e) {
            throw new UncheckedIOException(e);
        }
        WholeFile.write(
                folder.resolve(PROGRAM), TorchProgram.archive("decoder", "Decoder", WeightTable.places(config)));
    }
}
