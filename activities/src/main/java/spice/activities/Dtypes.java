package spice.activities;

import spice.model.Dtype;
import spice.settings.RunSettings;

/// The numbers that a run's model computes with.
final class Dtypes {
    private Dtypes() {}

    static Dtype of(RunSettings settings) {
        return switch (settings.dtype()) {
            case FLOAT32 -> Dtype.FLOAT32;
            case BFLOAT16 -> Dtype.BFLOAT16;
        };
    }
}
