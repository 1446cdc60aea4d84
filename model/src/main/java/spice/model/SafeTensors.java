package spice.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// Files of tensors in the safetensors format ([StoredTensor]). Reads F32, BF16 and F16 as float; writes F32 and
/// BF16.
final class SafeTensors {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CHUNK_BYTES = 1 << 20;

    private SafeTensors() {}

    /// All tensors of a file, in the order of the header. Their values are read from the file on demand.
    ///
    /// @throws ModelException if the file is missing, truncated or not of this format
    static Map<String, HostTensor> read(Path file) {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        StoredTensor.of(file).forEach((name, tensor) -> tensors.put(name, tensor.onHost()));
        return tensors;
    }

    /// Writes the tensors in the map's order; the same tensors give the same bytes. The file appears whole or not
    /// at all.
    ///
    /// @param dtype of the numbers in the file, rounded to the nearest
    static void write(Path file, Map<String, HostTensor> tensors, Dtype dtype) {
        FlushedFile.write(file, sink -> {
            sink.write(header(tensors, dtype));
            for (HostTensor tensor : tensors.values()) {
                write(sink, dtype.stored(), tensor);
            }
        });
    }

    private static ByteBuffer header(Map<String, HostTensor> tensors, Dtype dtype) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        // Hugging Face's own loaders require this.
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

    private static void write(FlushedFile.Sink sink, StoredType type, HostTensor tensor) {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int perChunk = CHUNK_BYTES / type.bytes();
        tensor.forEachPart((first, values) -> {
            for (int from = 0; from < values.length; from += perChunk) {
                type.write(chunk.clear(), values, from, Math.min(perChunk, values.length - from));
                write(sink, chunk.flip());
            }
        });
    }

    private static void write(FlushedFile.Sink sink, ByteBuffer bytes) {
        try {
            sink.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
