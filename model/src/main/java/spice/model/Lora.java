package spice.model;

import static spice.model.Preconditions.require;

import java.util.EnumSet;
import java.util.Set;

/// Low-rank adapters (LoRA, Hu et al. 2021, arXiv 2106.09685): the weights are frozen, and some matrices W get a
/// learned product of two small ones beside them, x W^T + alpha / rank * x A^T B^T.
///
/// @param rank r: A is (r, in), B is (out, r)
/// @param alpha the product is multiplied by alpha / rank
/// @param targets which matrices, in every layer
/// @param seed of A's initial values; B starts at zero, so that a fresh adapter changes nothing
public record Lora(int rank, double alpha, Set<AdaptedMatrix> targets, long seed) {
    public Lora {
        require(rank > 0, "the rank of an adapter must be positive, got %d", rank);
        require(alpha > 0 && Double.isFinite(alpha), "the alpha of an adapter must be positive, got %s", alpha);
        require(!targets.isEmpty(), "an adapter needs a matrix to adapt, got none");
        targets = Set.copyOf(targets);
    }

    double scale() {
        return alpha / rank;
    }

    /// The targets in the order of the program.
    Set<AdaptedMatrix> ordered() {
        return EnumSet.copyOf(targets);
    }
}
