package spice.activities;

import spice.domain.Seed;
import spice.workflows.IterationRequest;

/// Where an iteration's draws come from.
final class IterationSeeds {
    private IterationSeeds() {}

    static Seed of(IterationRequest iteration) {
        return new Seed(iteration.settings().seed()).child("iteration", iteration.number());
    }
}
