package spice.vllm;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import spice.model.StoredType;
import spice.store.Json;

/// The weights that a server holds, as digests of its tensors.
///
/// Not all of them can be compared with a checkpoint's: vLLM joins some tensors, splits them over several GPUs, and
/// rearranges them for the kernels of some processors. It never changes vectors (the weights of norms), so all of
/// these must equal the checkpoint's. A small training step may change no vector once they are rounded to 16 bits.
/// So one matrix must equal the checkpoint's as well; if no matrix can be compared, some tensor must have changed
/// by the reload.
///
/// @param digests SHA-256 by `PROCESS:NAME`
record HeldWeights(Map<String, String> digests) {
    /// The digest of an empty tensor.
    private static final String NOTHING = Json.sha256(new byte[0]);

    HeldWeights {
        digests = Map.copyOf(digests);
    }

    /// Whether the server computes with weights that it does not show. vLLM's build for the CPU hands matrices to
    /// oneDNN; after a reload its log-probabilities are not those of the checkpoint.
    boolean areHidden() {
        return digests.containsValue(NOTHING);
    }

    /// The type in which these must be the checkpoint's weights; empty if they are others.
    ///
    /// @param before the server's weights before the reload; empty if they may already have been the checkpoint's
    Optional<StoredType> typeOf(CheckpointTensors checkpoint, Optional<HeldWeights> before) {
        return Arrays.stream(StoredType.values())
                .filter(type -> vectorsAre(checkpoint, type))
                .findFirst()
                .filter(type -> aMatrixIs(checkpoint, type) || before.isEmpty() || !equals(before.get()));
    }

    /// Whether all vectors that the server names are the checkpoint's. Biases that vLLM has joined no longer have a
    /// name of their own.
    private boolean vectorsAre(CheckpointTensors checkpoint, StoredType type) {
        List<String> vectors = checkpoint.vectors().stream()
                .filter(name -> !held(name).isEmpty())
                .toList();
        return !vectors.isEmpty()
                && vectors.stream().allMatch(name -> held(name).equals(Set.of(checkpoint.digest(name, type))));
    }

    private boolean aMatrixIs(CheckpointTensors checkpoint, StoredType type) {
        return checkpoint.matrices().stream()
                .filter(name -> held(name).size() == 1)
                .anyMatch(name -> held(name).equals(Set.of(checkpoint.digest(name, type)))
                        || held(name).equals(Set.of(checkpoint.paddedDigest(name, type))));
    }

    /// The digests of a tensor in all processes that hold it.
    private Set<String> held(String name) {
        return digests.entrySet().stream()
                .filter(entry -> entry.getKey().equals(name) || entry.getKey().endsWith(":" + name))
                .map(Map.Entry::getValue)
                .collect(Collectors.toSet());
    }
}
