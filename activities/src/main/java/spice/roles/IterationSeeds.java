package spice.roles;

import spice.domain.Seed;
import spice.runs.IterationRequest;
import spice.settings.RunSettings;

/// The seed of an iteration, from which all its draws derive.
public final class IterationSeeds {
    private IterationSeeds() {}

    public static Seed of(IterationRequest iteration) {
        return of(iteration.settings(), iteration.number());
    }

    public static Seed of(RunSettings settings, int number) {
        return new Seed(settings.seed()).child("iteration", number);
    }
}
