package spice.vllm;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import spice.model.StoredType;
import spice.store.Json;

/// The weights that a server holds, as the digests of its tensors.
///
/// Not all can be compared with a checkpoint's: vLLM joins some tensors, splits them over several GPUs, and
/// rearranges them for some processors' kernels. Vectors (the norms' weights) it never changes, so all of these
/// have to be the checkpoint's. A small step may change none of them where they are rounded to 16 bits; so one
/// matrix has to be the checkpoint's as well, or, if none can be compared, something has to have changed since
/// before the reload.
///
/// @param digests by `PROCESS:NAME`
record HeldWeights(Map<String, String> digests) {
    /// What a tensor of no numbers has.
    private static final String NOTHING = Json.sha256(new byte[0]);

    HeldWeights {
        digests = Map.copyOf(digests);
    }

    /// Whether the server computes with weights that it does not show. vLLM's build for the CPU gives matrices to
    /// oneDNN; after a reload its log-probabilities are not those of the checkpoint.
    boolean areHidden() {
        return digests.containsValue(NOTHING);
    }

    /// Whether these can be no others than the checkpoint's.
    ///
    /// @param before what the server held before it read the checkpoint's; empty where it may have held the same
    boolean are(CheckpointTensors checkpoint, Optional<HeldWeights> before) {
        return Arrays.stream(StoredType.values())
                .filter(type -> vectorsAre(checkpoint, type))
                .findFirst()
                .filter(type -> aMatrixIs(checkpoint, type) || before.isEmpty() || !equals(before.get()))
                .isPresent();
    }

    /// Biases that vLLM has joined have no name of their own any more.
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
                        || held(name).equals(Set.of(checkpoint.filledUpDigest(name, type))));
    }

    /// The digests of a tensor in all processes that have it.
    private Set<String> held(String name) {
        return digests.entrySet().stream()
                .filter(entry -> entry.getKey().equals(name) || entry.getKey().endsWith(":" + name))
                .map(Map.Entry::getValue)
                .collect(Collectors.toSet());
    }
}
