package spice.domain;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// The control that tells learning from drift: the batch keeps its rewards, but no reward knows its attempt.
public final class ShuffledRewards {
    private ShuffledRewards() {}

    /// The same rewards in an order that the seed alone decides. To be handed a role's whole batch, not one
    /// group: within a group much of the signal would survive.
    public static <T> List<T> permuted(List<T> rewards, Seed seed) {
        List<T> permuted = new ArrayList<>(rewards);
        Collections.shuffle(permuted, seed.random());
        return List.copyOf(permuted);
    }
}
