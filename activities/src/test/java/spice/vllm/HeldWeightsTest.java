package spice.vllm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.model.StoredType;
import spice.store.Json;

/// A checkpoint of one vector, (1, 1 + 2^-8), and one matrix of two rows, ((2, 4), (8, 0.5)).
class HeldWeightsTest {
    private static final String OTHER = Json.sha256(new byte[] {1});
    /// 1, and 1 + 2^-8 rounded to even: it lies halfway between two bfloat16 numbers, of which 1 is the even one.
    private static final byte[] VECTOR_AS_BF16 = {(byte) 0x80, 0x3f, (byte) 0x80, 0x3f};
    private static final byte[] MATRIX_AS_BF16 = {0, 0x40, (byte) 0x80, 0x40, 0, 0x41, 0, 0x3f};

    @TempDir
    Path folder;

    private CheckpointTensors checkpoint;

    @BeforeEach
    void write() throws IOException {
        ObjectNode header = new ObjectMapper().createObjectNode();
        tensor(header, "norm", 0, 8, 2);
        tensor(header, "table", 8, 24, 2, 2);
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + 24).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json).put(bytes(1, 1 + 0x1p-8f)).put(bytes(2, 4, 8, 0.5f));
        Files.write(folder.resolve("model.safetensors"), file.array());
        checkpoint = CheckpointTensors.of(folder);
    }

    private static void tensor(ObjectNode header, String name, int from, int to, int... shape) {
        ObjectNode tensor = header.putObject(name).put("dtype", "F32");
        for (int length : shape) {
            tensor.withArray("shape").add(length);
        }
        tensor.putArray("data_offsets").add(from).add(to);
    }

    private static byte[] bytes(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    private boolean are(String vector, String matrix) {
        return new HeldWeights(Map.of("dp0:tp0:norm", vector, "dp0:tp0:table", matrix))
                .typeOf(checkpoint, before())
                .isPresent();
    }

    /// Other weights, which the server held before.
    private static Optional<HeldWeights> before() {
        return Optional.of(new HeldWeights(Map.of("dp0:tp0:norm", OTHER, "dp0:tp0:table", OTHER)));
    }

    private static String digest(byte[] bytes) {
        return Json.sha256(bytes);
    }

    private static byte[] filledUp(byte[] rows, int rowBytes) {
        return Arrays.copyOf(rows, 64 * rowBytes);
    }

    @Test
    void theSameNumbersAreTheSame() {
        assertThat(are(digest(bytes(1, 1 + 0x1p-8f)), digest(bytes(2, 4, 8, 0.5f))))
                .isTrue();
    }

    @Test
    void theSameNumbersRoundedToSixteenBitsAreTheSame() {
        assertThat(are(digest(VECTOR_AS_BF16), digest(MATRIX_AS_BF16))).isTrue();
        // 1 + 2^-8 is exact in float16: 0x3c04.
        assertThat(are(digest(new byte[] {0, 0x3c, 4, 0x3c}), digest(new byte[] {0, 0x40, 0, 0x44, 0, 0x48, 0, 0x38})))
                .isTrue();
    }

    @Test
    void theTypeInWhichTheServerHoldsThemIsKnown() {
        assertThat(new HeldWeights(Map.of("norm", digest(VECTOR_AS_BF16))).typeOf(checkpoint, Optional.empty()))
                .contains(StoredType.BF16);
        assertThat(new HeldWeights(Map.of("norm", digest(bytes(1, 1 + 0x1p-8f)))).typeOf(checkpoint, Optional.empty()))
                .contains(StoredType.F32);
    }

    @Test
    void aTableThatIsFilledUpWithZerosIsTheSame() {
        assertThat(are(digest(VECTOR_AS_BF16), digest(filledUp(MATRIX_AS_BF16, 4))))
                .isTrue();
    }

    @Test
    void anotherVectorIsAnotherCheckpoint() {
        assertThat(are(digest(bytes(1, 1)), digest(bytes(2, 4, 8, 0.5f)))).isFalse();
        assertThat(new HeldWeights(Map.of("table", digest(bytes(2, 4, 8, 0.5f)))).typeOf(checkpoint, Optional.empty()))
                .as("no vector that can be compared")
                .isEmpty();
    }

    @Test
    void vectorsOfWhichOneProcessHoldsOthersAreAnotherCheckpoint() {
        String vector = digest(VECTOR_AS_BF16);
        assertThat(new HeldWeights(Map.of("tp0:norm", vector, "tp1:norm", vector)).typeOf(checkpoint, Optional.empty()))
                .isPresent();
        assertThat(new HeldWeights(Map.of("tp0:norm", vector, "tp1:norm", OTHER)).typeOf(checkpoint, Optional.empty()))
                .isEmpty();
    }

    /// A small training step that changes no rounded vector, on a server that has split or rearranged the matrices.
    @Test
    void whereNoMatrixCanBeComparedSomethingHasToHaveChanged() {
        HeldWeights held = new HeldWeights(Map.of("norm", digest(VECTOR_AS_BF16), "table", OTHER));
        HeldWeights others = new HeldWeights(Map.of("norm", digest(VECTOR_AS_BF16), "table", digest(new byte[] {2})));

        assertThat(held.typeOf(checkpoint, Optional.of(held)))
                .as("did not reload")
                .isEmpty();
        assertThat(held.typeOf(checkpoint, Optional.of(others))).isPresent();
        assertThat(held.typeOf(checkpoint, Optional.empty()))
                .as("nothing known from before")
                .isPresent();
    }
}
