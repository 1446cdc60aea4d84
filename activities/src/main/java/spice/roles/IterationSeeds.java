package spice.roles;

import spice.domain.Seed;
import spice.runs.IterationRequest;

/// The seed of an iteration, from which all its draws derive.
public final class IterationSeeds {
    private IterationSeeds() {}

    public static Seed of(IterationRequest iteration) {
        return new Seed(iteration.settings().seed()).child("iteration", iteration.number());
    }
}
