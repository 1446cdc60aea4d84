package spice.vllm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The tensors of a checkpoint's safetensors files, for their digests alone: no more than a chunk of them is in
/// memory.
final class CheckpointTensors {
    static final String WEIGHTS = ".safetensors";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CHUNK = 1 << 20;
    /// vLLM fills tables of a row for each token up with zeros, to a multiple of so many rows.
    private static final int ROWS = 64;

    private final Map<String, Place> places = new TreeMap<>();

    /// Where a tensor's numbers are.
    private record Place(Path file, NumberType type, long[] shape, long from, long to) {
        long rowBytes() {
            return (to - from) / shape[0];
        }
    }

    /// The tensors of all weights files of a folder.
    static CheckpointTensors of(Path folder) {
        CheckpointTensors tensors = new CheckpointTensors();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(WEIGHTS)).toList()) {
                tensors.add(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folder, e);
        }
        return tensors;
    }

    private void add(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            int length = Math.toIntExact(bytes(channel, 0, Long.BYTES).getLong());
            JsonNode header = JSON.readTree(bytes(channel, Long.BYTES, length).array());
            header.forEachEntry((name, tensor) -> {
                if (!name.equals("__metadata__")) {
                    places.put(name, place(file, Long.BYTES + (long) length, tensor));
                }
            });
        }
    }

    private static Place place(Path file, long start, JsonNode tensor) {
        JsonNode range = tensor.path("data_offsets");
        return new Place(
                file,
                NumberType.valueOf(tensor.path("dtype").asText()),
                tensor.path("shape").valueStream().mapToLong(JsonNode::asLong).toArray(),
                start + range.path(0).asLong(),
                start + range.path(1).asLong());
    }

    /// Names of the tensors of one dimension: the weights of norms, biases.
    List<String> vectors() {
        return names(1);
    }

    /// Names of the tensors of two dimensions, the smallest first.
    List<String> matrices() {
        return names(2);
    }

    private List<String> names(int dimensions) {
        return places.entrySet().stream()
                .filter(entry -> entry.getValue().shape().length == dimensions)
                .sorted(Comparator.comparingLong(
                        entry -> entry.getValue().to() - entry.getValue().from()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /// The SHA-256 of a tensor's bytes as numbers of the type.
    String digest(String name, NumberType type) {
        return digest(name, type, 0);
    }

    /// The same with rows of zeros after it, up to the multiple that vLLM keeps tables at.
    String filledUpDigest(String name, NumberType type) {
        Place place = place(name);
        long rows = place.shape()[0];
        long missing = (rows + ROWS - 1) / ROWS * ROWS - rows;
        return digest(name, type, missing * place.rowBytes() / place.type().bytes() * type.bytes());
    }

    private Place place(String name) {
        return Objects.requireNonNull(places.get(name), name);
    }

    private String digest(String name, NumberType type, long zeros) {
        Place place = place(name);
        MessageDigest digest = sha256();
        try (FileChannel channel = FileChannel.open(place.file())) {
            for (long from = place.from(); from < place.to(); from += CHUNK) {
                ByteBuffer chunk = bytes(channel, from, (int) Math.min(CHUNK, place.to() - from));
                digest.update(type.of(chunk, place.type()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + place.file(), e);
        }
        for (long left = zeros; left > 0; left -= CHUNK) {
            digest.update(new byte[(int) Math.min(CHUNK, left)]);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
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
}
