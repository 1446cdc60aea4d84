package spice.training;

import spice.settings.RunSettings;

/// The learning rate over a lineage's updates.
final class LearningRate {
    private LearningRate() {}

    /// Rises linearly over the warm-up, then stays. Without the warm-up the first steps of Adam, whose moments know
    /// only one gradient, undo some of what the base can do.
    ///
    /// @param update number of the update in its lineage, from 0
    static double at(RunSettings settings, long update) {
        return settings.learningRate() * Math.min(1, (update + 1.0) / Math.max(1, settings.warmUpUpdates()));
    }
}
