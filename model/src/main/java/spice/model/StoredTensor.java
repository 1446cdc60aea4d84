package spice.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/// A tensor's place in a safetensors file. The file has eight bytes with the header's length, a JSON header with
/// type, shape and place of each tensor, then the numbers, little-endian.
///
/// DJL has a reader too, but it ends the JVM on a bfloat16 tensor.
///
/// @param from position of the tensor's first byte in the file
/// @param to position after its last byte
@SuppressWarnings("ArrayRecordComponent") // a shape; never compared
public record StoredTensor(Path file, StoredType type, long[] shape, long from, long to) {
    private static final ObjectMapper JSON = new ObjectMapper();
    /// The largest published models have headers of a few megabytes; a damaged length is usually far beyond this.
    private static final long LONGEST_HEADER = 100L << 20;

    private static final int CHUNK_BYTES = 1 << 20;

    /// All tensors of a file, in the order of the header.
    ///
    /// @throws ModelException if the file is missing, truncated or not of this format
    public static Map<String, StoredTensor> of(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            long headerLength =
                    size < Long.BYTES ? -1 : bytes(channel, 0, Long.BYTES).getLong();
            if (headerLength < 2 || headerLength > Math.min(LONGEST_HEADER, size - Long.BYTES)) {
                throw damaged(file, "its header does not fit into its %d bytes".formatted(size));
            }
            JsonNode header = header(file, bytes(channel, Long.BYTES, (int) headerLength));
            long start = Long.BYTES + headerLength;
            Map<String, StoredTensor> tensors = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry : header.properties()) {
                if (!entry.getKey().equals("__metadata__")) {
                    tensors.put(entry.getKey(), tensor(file, channel, start, entry.getKey(), entry.getValue()));
                }
            }
            return tensors;
        } catch (NoSuchFileException e) {
            throw new ModelException(file + " is missing; a model folder holds " + ModelFolder.FILES, e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static JsonNode header(Path file, ByteBuffer bytes) {
        try {
            JsonNode header = JSON.readTree(StandardCharsets.UTF_8.decode(bytes).toString());
            if (!header.isObject()) {
                throw damaged(file, "its header is not a JSON object");
            }
            return header;
        } catch (JacksonException e) {
            throw damaged(file, "its header is not JSON: " + e.getOriginalMessage());
        }
    }

    private static StoredTensor tensor(Path file, FileChannel channel, long start, String name, JsonNode node)
            throws IOException {
        long[] shape = longs(node.path("shape"));
        long[] range = longs(node.path("data_offsets"));
        String type = node.path("dtype").asText();
        StoredType stored = StoredType.named(type)
                .orElseThrow(() -> new ModelException(
                        "tensor %s in %s has type '%s'; expected F32, BF16 or F16. Convert the weights to one of them"
                                .formatted(name, file, type)));
        int width = stored.bytes();
        if (range.length != 2 || range[0] < 0 || Arrays.stream(shape).anyMatch(length -> length < 0)) {
            throw damaged(file, "tensor %s has no sound shape and place".formatted(name));
        }
        long count = HostTensor.size(shape);
        if (range[1] - range[0] != count * width) {
            throw damaged(
                    file,
                    "tensor %s of shape %s needs %d bytes, its place holds %d"
                            .formatted(name, Arrays.toString(shape), count * width, range[1] - range[0]));
        }
        if (start + range[1] > channel.size()) {
            throw damaged(
                    file,
                    "tensor %s ends at byte %d, the file at byte %d; it was cut short"
                            .formatted(name, start + range[1], channel.size()));
        }
        return new StoredTensor(file, stored, shape, start + range[0], start + range[1]);
    }

    /// Reads its bytes in chunks of whole numbers.
    public void forEachChunk(Consumer<ByteBuffer> take) {
        forEachChunk(from, to, take);
    }

    private void forEachChunk(long from, long to, Consumer<ByteBuffer> take) {
        try (FileChannel channel = FileChannel.open(file)) {
            for (long at = from; at < to; at += CHUNK_BYTES) {
                take.accept(bytes(channel, at, (int) Math.min(CHUNK_BYTES, to - at)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /// Reads a range of its numbers as floats.
    float[] values(long first, long end) {
        float[] values = new float[Math.toIntExact(end - first)];
        int[] at = {0};
        forEachChunk(from + first * type.bytes(), from + end * type.bytes(), chunk -> {
            int length = chunk.remaining() / type.bytes();
            type.read(chunk, values, at[0], length);
            at[0] += length;
        });
        return values;
    }

    private static long[] longs(JsonNode array) {
        long[] values = new long[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asLong(-1);
        }
        return values;
    }

    private static ByteBuffer bytes(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new EOFException("the file ends at byte " + channel.size());
            }
        }
        return buffer.flip();
    }

    private static ModelException damaged(Path file, String symptom) {
        return new ModelException("%s is damaged: %s. Copy or download the file again".formatted(file, symptom));
    }
}
