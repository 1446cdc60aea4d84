package spice.activities;

import java.util.List;
import spice.model.Sampling;
import spice.settings.RunSettings;

/// How both roles draw.
final class RoleSampling {
    private RoleSampling() {}

    /// As the settings say, at most so many tokens.
    static Sampling of(RunSettings settings, int tokens) {
        return new Sampling(
                settings.temperature(),
                tokens,
                settings.topK(),
                settings.topP(),
                settings.minP(),
                List.of(),
                settings.sampleTokens());
    }
}
