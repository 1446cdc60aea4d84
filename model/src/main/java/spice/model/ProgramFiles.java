package spice.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/// A decoder's program as files for Python's `torch.jit.load`; `infra/program/bench.py` runs them without Java.
public final class ProgramFiles {
    /// The program, without weights.
    public static final String PROGRAM = "decoder.pt";
    /// Shapes and constants that its methods are called with, as JSON.
    public static final String DESCRIPTION = "decoder.json";

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private ProgramFiles() {}

    /// @param weights in the order in which the program takes them
    /// @param frequencies of the rotary positions, D / 2
    /// @param attentionFactor multiplies their cosines and sines
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
            FlushedFile.write(folder.resolve(DESCRIPTION), JSON.writeValueAsBytes(description));
        } catch (JacksonException e) {
            throw new UncheckedIOException(e);
        }
        FlushedFile.write(
                folder.resolve(PROGRAM), TorchProgram.archive("decoder", "Decoder", WeightTable.places(config)));
    }
}
