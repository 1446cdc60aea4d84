package spice.vllm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import spice.model.StoredTensor;
import spice.model.StoredType;

/// Computes digests of the tensors of a checkpoint's safetensors files. At most a chunk of them is in memory.
final class CheckpointTensors {
    static final String WEIGHTS = ".safetensors";

    private static final int CHUNK = 1 << 20;
    /// vLLM pads tables with a row for each token with rows of zeros, to a multiple of this many rows.
    private static final int ROWS = 64;

    private final Map<String, StoredTensor> tensors = new TreeMap<>();

    /// The tensors of all safetensors files of a folder.
    static CheckpointTensors of(Path folder) {
        CheckpointTensors checkpoint = new CheckpointTensors();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> file.toString().endsWith(WEIGHTS))
                    .forEach(file -> checkpoint.tensors.putAll(StoredTensor.of(file)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folder, e);
        }
        return checkpoint;
    }

    /// Names of the tensors of one dimension: biases and the weights of norms.
    List<String> vectors() {
        return names(1);
    }

    /// Names of the tensors of two dimensions, smallest first.
    List<String> matrices() {
        return names(2);
    }

    private List<String> names(int dimensions) {
        return tensors.entrySet().stream()
                .filter(entry -> entry.getValue().shape().length == dimensions)
                .sorted(Comparator.comparingLong(
                        entry -> entry.getValue().to() - entry.getValue().from()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /// The SHA-256 of a tensor's bytes after conversion to a type.
    String digest(String name, StoredType type) {
        return digest(name, type, 0);
    }

    /// The SHA-256 of a tensor that is padded to a multiple of [#ROWS], after conversion to a type.
    String paddedDigest(String name, StoredType type) {
        StoredTensor tensor = tensor(name);
        long rows = tensor.shape()[0];
        long missing = (rows + ROWS - 1) / ROWS * ROWS - rows;
        return digest(
                name,
                type,
                missing * (tensor.to() - tensor.from()) / rows / tensor.type().bytes() * type.bytes());
    }

    private StoredTensor tensor(String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    private String digest(String name, StoredType type, long zeros) {
        StoredTensor tensor = tensor(name);
        MessageDigest digest = DigestUtils.getSha256Digest();
        tensor.forEachChunk(chunk -> digest.update(type.of(chunk, tensor.type())));
        for (long left = zeros; left > 0; left -= CHUNK) {
            digest.update(new byte[(int) Math.min(CHUNK, left)]);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
