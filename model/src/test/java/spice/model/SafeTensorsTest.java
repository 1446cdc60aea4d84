package spice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTensorsTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("model.safetensors");
    }

    private void write(String header, byte... values) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + values.length).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(file, bytes.putLong(json.length).put(json).put(values).array());
    }

    @Test
    void writesTheFormatByteForByte() throws IOException {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        tensors.put("b", new HostTensor(new long[] {1, 2}, new float[] {1, -2}));
        tensors.put("a", new HostTensor(new long[] {}, new float[] {0.5f}));

        SafeTensors.write(file, tensors, Dtype.FLOAT32);

        String header = """
                {"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},\
                "a":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}\
                """;
        byte[] bytes = Files.readAllBytes(file);
        int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertThat(length % 8).isZero();
        assertThat(new String(bytes, 8, length, StandardCharsets.UTF_8).strip()).isEqualTo(header);
        // 1.0f is 3f800000, -2.0f is c0000000, 0.5f is 3f000000.
        assertThat(Arrays.copyOfRange(bytes, 8 + length, bytes.length))
                .containsExactly(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0x3f);
    }

    @Test
    void readsWhatItWrote() {
        float[] values = new float[700_001];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 0.1f;
        }
        SafeTensors.write(file, Map.of("large", new HostTensor(new long[] {values.length}, values)), Dtype.FLOAT32);

        Map<String, HostTensor> read = SafeTensors.read(file);

        assertThat(read).containsOnlyKeys("large");
        assertThat(read.get("large").shape()).containsExactly(values.length);
        assertThat(Arrays.equals(read.get("large").values(), values)).isTrue();
    }

    @Test
    void readsBfloat16AsFloat() throws IOException {
        // The upper halves of 1.0f, -2.0f and 3.140625f (40490000).
        write(
                "{\"x\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[0,6]}}",
                (byte) 0x80,
                (byte) 0x3f,
                (byte) 0,
                (byte) 0xc0,
                (byte) 0x49,
                (byte) 0x40);

        assertThat(SafeTensors.read(file).get("x").values()).containsExactly(1, -2, 3.140625f);
    }

    @Test
    void readsFloat16AsFloat() throws IOException {
        // 1.0 is 3c00, -2.0 c000, 65504 7bff: sign, five bits of exponent, ten of fraction.
        write(
                "{\"x\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[0,6]}}",
                (byte) 0,
                (byte) 0x3c,
                (byte) 0,
                (byte) 0xc0,
                (byte) 0xff,
                (byte) 0x7b);

        assertThat(SafeTensors.read(file).get("x").values()).containsExactly(1, -2, 65504);
    }

    @Test
    void aTruncatedFileIsNamedWithTheTensorThatIsCut() throws IOException {
        SafeTensors.write(file, Map.of("x", new HostTensor(new long[] {4}, new float[4])), Dtype.FLOAT32);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 1));

        assertThatThrownBy(() -> SafeTensors.read(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("tensor x ends at byte %d, the file at byte %d", whole.length, whole.length - 1)
                .hasMessageContaining("Copy or download the file again");
    }

    @Test
    void aFileCutInItsHeaderIsNamed() throws IOException {
        SafeTensors.write(file, Map.of("x", new HostTensor(new long[] {4}, new float[4])), Dtype.FLOAT32);
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 40));

        assertThatThrownBy(() -> SafeTensors.read(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("header does not fit into its 40 bytes");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1, 2]                                                    | not a JSON object",
                "{\"x\":                                                    | not JSON",
                "{\"x\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}  | type 'F64'; expected F32, BF16 or"
                        + " F16",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}  | needs 12 bytes, its place holds 8",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,8]}} | no sound shape",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2]}}                       | no sound shape",
            })
    void aHeaderThatIsWrongIsRefused(String header, String complaint) throws IOException {
        write(header, new byte[8]);

        assertThatThrownBy(() -> SafeTensors.read(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(complaint);
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> SafeTensors.read(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(file + " is missing");
    }

    @Test
    void anUnfinishedWriteLeavesTheFileAsItWas() throws IOException {
        SafeTensors.write(file, Map.of("x", new HostTensor(new long[] {1}, new float[] {1})), Dtype.FLOAT32);

        assertThatThrownBy(() -> FlushedFile.write(file, sink -> {
                    sink.write(ByteBuffer.allocate(4));
                    throw new IOException("No space left on device");
                }))
                .hasMessageContaining("cannot write " + file)
                .hasMessageContaining("No space left on device");

        assertThat(SafeTensors.read(file).get("x").values()).containsExactly(1);
        assertThat(folder).isDirectoryNotContaining("glob:**.unfinished");
    }
}
