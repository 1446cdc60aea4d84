package spice.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
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
                .hasMessageContaining(
                        "tensor x ends at byte 16 of the numbers, the file has 15 of them; it was cut short")
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
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}  | tensor x has no sound shape",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}} | tensor x has no sound shape",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]}} | tensor x has no sound shape",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}    | tensor x has no sound shape",
                // Behind the header, 2^63 - 8 to 2^63 - 1 would wrap around to the front of the file.
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[9223372036854775803,9223372036854775807]}}"
                        + " | tensor x ends at byte 9223372036854775807",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[18446744073709551612,18446744073709551616]}}"
                        + " | tensor x has no sound shape",
                // 2^32 x 2^32 is 0 in 64 bits, and 2^62 numbers have 0 bytes.
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}"
                        + " | tensor x has the shape [4294967296, 4294967296], which no file can hold",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904],\"data_offsets\":[0,0]}}"
                        + " | tensor x has the shape [4611686018427387904], which no file can hold",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
                        + " | its tensors end at byte 4 of the numbers, the file has 8",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}"
                        + " | tensor x begins at byte 4 of the numbers, and what stands before it ends at byte 0",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"y\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}"
                        + " | tensor y begins at byte 4 of the numbers, and what stands before it ends at byte 8",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"
                        + " | Duplicate field 'x'",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} {} | something follows",
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

    @ParameterizedTest
    @CsvSource({
        // Bits of the number 2 places behind a 1, then what it is.
        "F32,  3f800000 00000000 7f800000, Infinity",
        "F32,  3f800000 00000000 ff800000, -Infinity",
        "F32,  3f800000 00000000 7fc00001, NaN",
        "BF16, 3f80 0000 ff80,             -Infinity",
        "BF16, 3f80 0000 7fc1,             NaN",
        "F16,  3c00 0000 7c00,             Infinity",
        "F16,  3c00 0000 fe00,             NaN",
    })
    void aNumberThatIsNotFiniteIsRefusedWithItsTensor(StoredType type, String bits, String number) throws IOException {
        // 300,000 zeros before it, so that it stands in the second chunk of float32.
        int zeros = 300_000;
        ByteBuffer values = ByteBuffer.allocate((zeros + 3) * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        values.position(zeros * type.bytes());
        for (String each : bits.split(" ")) {
            int value = Integer.parseUnsignedInt(each, 16);
            if (type.bytes() == 4) {
                values.putInt(value);
            } else {
                values.putShort((short) value);
            }
        }
        write(
                "{\"x\":{\"dtype\":\"%s\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
                        .formatted(type, zeros + 3, values.capacity()),
                values.array());

        HostTensor tensor = SafeTensors.read(file).get("x");
        assertThatThrownBy(tensor::values)
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("tensor x in %s is not finite: its number 300,002 is %s".formatted(file, number));
    }

    /// The largest finite numbers, both signs, the smallest and -0: none of them is taken for infinite.
    @ParameterizedTest
    @CsvSource({
        "F32,  7f7fffff ff7fffff 00000001 80000000 7f7fffff",
        "BF16, 7f7f ff7f 0001 8000 7f7f",
        "F16,  7bff fbff 0001 8000 7bff"
    })
    void theLargestNumbersAreFinite(StoredType type, String bits) {
        ByteBuffer values = ByteBuffer.allocate(5 * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (String each : bits.split(" ")) {
            int value = Integer.parseUnsignedInt(each, 16);
            if (type.bytes() == 4) {
                values.putInt(value);
            } else {
                values.putShort((short) value);
            }
        }
        assertThat(type.notFinite(values.flip())).isEmpty();
    }

    /// 700,000 tensors of no numbers: a header of 46 MB, whose tree would take a gigabyte.
    @Test
    void aHeaderBeyondEveryModelIsRefusedBeforeItIsRead() throws IOException {
        ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(file, length.putLong(46_000_000).array());
        try (RandomAccessFile whole = new RandomAccessFile(file.toFile(), "rw")) {
            whole.setLength(46_000_008);
        }

        assertThatThrownBy(() -> SafeTensors.read(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("the header of %s has 46,000,000 bytes".formatted(file));
    }

    @Test
    void moreTensorsThanAnyModelHasAreRefused() throws IOException {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i <= 50_000; i++) {
            header.append("\"%d\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},".formatted(i));
        }
        write(header.append("\"z\":{}}").toString());

        assertThatThrownBy(() -> SafeTensors.read(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("has more than 50,000 tensors");
    }

    @Test
    void aNameOfNoTensorIsNotQuoted() throws IOException {
        write("{\"%s\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}".formatted("x".repeat(501)));

        assertThatThrownBy(() -> SafeTensors.read(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("a tensor's name has 501 characters");
    }
}
