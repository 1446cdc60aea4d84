package spice.domain;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A control that separates learning from drift: a batch keeps its rewards, but they are assigned to attempts at
/// random.
public final class ShuffledRewards {
    private ShuffledRewards() {}

    /// The rewards in an order that depends only on the seed. Pass a role's whole batch, not one group: a shuffle
    /// within a group keeps much of the signal.
    public static <T> List<T> permuted(List<T> rewards, Seed seed) {
        List<T> permuted = new ArrayList<>(rewards);
        Collections.shuffle(permuted, seed.random());
        return List.copyOf(permuted);
    }
}
