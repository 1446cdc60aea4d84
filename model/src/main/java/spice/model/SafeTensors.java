package spice.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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

/// The safetensors format: eight bytes with the header's length, a JSON header that names type, shape and place
/// of each tensor, then the values, little-endian. Reads F32, BF16 and F16, all as float; writes F32 and BF16.
///
/// DJL has a reader too, but a bfloat16 tensor in it ends the JVM.
final class SafeTensors {
    private static final ObjectMapper JSON = new ObjectMapper();
    /// Headers of the largest published models are a few megabytes; a damaged length is usually far beyond this.
    private static final long LONGEST_HEADER = 100L << 20;

    private static final int CHUNK_BYTES = 1 << 20;

    private SafeTensors() {}

    /// All tensors of a file, in the order of the header. Each reads its values from the file when they are asked
    /// for.
    ///
    /// @throws ModelException if the file is missing, truncated or not of this format
    static Map<String, HostTensor> read(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            long headerLength =
                    size < Long.BYTES ? -1 : bytes(channel, 0, Long.BYTES).getLong();
            if (headerLength < 2 || headerLength > Math.min(LONGEST_HEADER, size - Long.BYTES)) {
                throw damaged(file, "its header does not fit into its %d bytes".formatted(size));
            }
            JsonNode header = header(file, bytes(channel, Long.BYTES, (int) headerLength));
            long start = Long.BYTES + headerLength;
            Map<String, HostTensor> tensors = new LinkedHashMap<>();
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

    private static HostTensor tensor(Path file, FileChannel channel, long start, String name, JsonNode node)
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
        int values = Math.toIntExact(count);
        return new HostTensor(shape, () -> values(file, start + range[0], values, stored));
    }

    private static float[] values(Path file, long position, int count, StoredType type) {
        try (FileChannel channel = FileChannel.open(file)) {
            return values(channel, position, count, type);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static float[] values(FileChannel channel, long position, int count, StoredType type) throws IOException {
        float[] values = new float[count];
        int perChunk = CHUNK_BYTES / type.bytes();
        for (int from = 0; from < count; from += perChunk) {
            int length = Math.min(perChunk, count - from);
            ByteBuffer chunk = bytes(channel, position + (long) from * type.bytes(), length * type.bytes());
            type.read(chunk, values, from, length);
        }
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

    /// Writes the tensors in the map's order; the same tensors give the same bytes. The file appears whole or not
    /// at all.
    static void write(Path file, Map<String, HostTensor> tensors) {
        write(file, tensors, Dtype.FLOAT32);
    }

    /// The same in another type: values that it lacks are rounded to the nearest.
    static void write(Path file, Map<String, HostTensor> tensors, Dtype dtype) {
        WholeFile.write(file, sink -> {
            sink.write(header(tensors, dtype));
            for (HostTensor tensor : tensors.values()) {
                write(sink, dtype, tensor.values());
            }
        });
    }

    private static ByteBuffer header(Map<String, HostTensor> tensors, Dtype dtype) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        // What Hugging Face's own loaders ask for.
        header.putObject("__metadata__").put("format", "pt");
        long offset = 0;
        for (Map.Entry<String, HostTensor> entry : tensors.entrySet()) {
            long[] shape = entry.getValue().shape();
            long end = offset + HostTensor.size(shape) * dtype.stored().bytes();
            ObjectNode node =
                    header.putObject(entry.getKey()).put("dtype", dtype.stored().name());
            Arrays.stream(shape).forEach(node.putArray("shape")::add);
            node.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = JSON.writeValueAsBytes(header);
        // Blanks up to a multiple of eight, so that the values can be mapped into memory aligned.
        int padded = (json.length + 7) / 8 * 8;
        byte[] blanks = new byte[padded - json.length];
        Arrays.fill(blanks, (byte) ' ');
        return ByteBuffer.allocate(Long.BYTES + padded)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded)
                .put(json)
                .put(blanks)
                .flip();
    }

    private static void write(WholeFile.Sink sink, Dtype dtype, float[] values) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int perChunk = CHUNK_BYTES / dtype.stored().bytes();
        for (int from = 0; from < values.length; from += perChunk) {
            int length = Math.min(perChunk, values.length - from);
            chunk.clear();
            switch (dtype) {
                case FLOAT32 -> chunk.asFloatBuffer().put(values, from, length);
                case BFLOAT16 -> {
                    for (int i = 0; i < length; i++) {
                        chunk.putShort(2 * i, bfloat16(values[from + i]));
                    }
                }
            }
            sink.write(chunk.position(0).limit(length * dtype.stored().bytes()));
        }
    }

    /// The nearest bfloat16, which is the upper half of a float; of two as near, the even one.
    static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> Short.SIZE | 0x40);
        }
        return (short) ((bits + 0x7fff + (bits >>> Short.SIZE & 1)) >>> Short.SIZE);
    }
}
