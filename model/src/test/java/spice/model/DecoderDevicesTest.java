package spice.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The decoder makes its tensors on the device of its weights. Where there is no GPU, the other device is
/// libtorch's meta device, whose tensors have shapes and no values. libtorch has no embedding and no drawing
/// there, so these tests run the methods that make tensors; the others of `decoder.py` make theirs by `empty`,
/// `zeros` and `counted`.
class DecoderDevicesTest {
    private static final long INT64 = 4;

    /// Without norms of queries and keys, whose weights the decoder then makes itself.
    private static final ModelConfig CONFIG = TinyModel.qwen2();

    private Decoder decoder;
    private PtNDManager scope;
    private TorchProgram elsewhere;

    @BeforeEach
    void open() {
        Torch.prepareThread(1);
        decoder = TinyModel.decoder(CONFIG, TinyModel.weights(CONFIG, 1), DataType.FLOAT32);
        scope = decoder.scope();
        elsewhere = TorchProgram.compile(scope, "elsewhere", "Elsewhere", Map.of());
    }

    @AfterEach
    void close() {
        elsewhere.close();
        scope.close();
        decoder.close();
    }

    /// Zeros on the meta device.
    private PtNDArray away(long... shape) {
        try (TorchProgram.Call call = elsewhere.call("moved_one").with(scope.zeros(new Shape(shape)))) {
            return call.tensor(scope);
        }
    }

    private void assertAway(TorchProgram.Call call) {
        try (call;
                TorchProgram.Call astray = elsewhere.call("is_astray").with(call.tensor(scope))) {
            assertThat(astray.number()).isZero();
        }
    }

    private void assertAway(TorchProgram.Held values, int list) {
        try (TorchProgram.Call astray = elsewhere.call("astray").with(values, list)) {
            assertThat(astray.number()).as("tensors of value %d", list).isZero();
        }
    }

    @Test
    void newTensorsAreOnTheDeviceOfTheGivenOne() {
        PtNDArray here = away(1);

        assertAway(decoder.call("empty").withNumbers(2, 3).with(INT64).with(here));
        assertAway(decoder.call("zeros").withNumbers(2, 3).with(INT64).with(here));
        assertAway(decoder.call("counted").with(2L).with(5L).with(here));
        assertAway(decoder.call("on_head").with(List.of(away(1))).with(List.of(here)));
    }

    @Test
    void cachesAndMasksAreOnTheDeviceOfTheGivenTensor() {
        PtNDArray here = away(1);

        assertAway(decoder.call("room").with(0L).withNumbers(2, 3).with(here));
        assertAway(decoder.call("room").with(1L).withNumbers(2, 3).with(here));
        assertAway(decoder.call("longer").with(away(1, 1, 1, 4, 2)).with(100L));
        assertAway(decoder.call("padding").with(away(2)).with(5L).with(here));
    }

    @Test
    void aShardBeginsAndWeightsArePackedOnTheirDevice() {
        try (TorchProgram.Call moving = elsewhere.call("moved").with(decoder.weights());
                TorchProgram.Held weights = moving.held();
                TorchProgram.Call beginning =
                        decoder.call("begin").with(away(5, 8)).with(weights);
                TorchProgram.Held begun = beginning.held();
                TorchProgram.Call packing = decoder.call("pack_all")
                        .with(weights)
                        .with(List.<PtNDArray>of())
                        .with(1.0)
                        .with(CONFIG.headDimension());
                TorchProgram.Held packed = packing.held()) {
            assertAway(packed, 0);
            for (int list = 1; list < begun.values().size(); list++) {
                assertAway(begun, list);
            }
        }
    }
}
