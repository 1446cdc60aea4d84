package spice.parity;

import java.util.List;
import java.util.Locale;

/// What transformers makes of one family's checkpoint before and after we trained it.
///
/// @param family name of the fixture
/// @param architecture the class of transformers that opened our checkpoint
/// @param unfit tensors that were missing, too many or of another shape
/// @param changed fields of the config that are not as they were, apart from the type of the weights
/// @param base largest difference of our logits from transformers', relative to the largest logit, before
///     training
/// @param trained the same after it
/// @param moved how far training moved our logits, likewise
/// @param greedy how many greedy tokens are the same
/// @param tokens whether our checkpoint's tokenizer opens and gives the same tokens
public record Row(
        String family,
        String architecture,
        List<String> unfit,
        List<String> changed,
        double base,
        double trained,
        double moved,
        int greedy,
        boolean tokens) {
    private static final double TOLERANCE = 1e-4;
    /// A model that did not move would pass with the weights that it began with.
    private static final double LEAST_MOVE = 1e-3;

    private static final int GREEDY = 64;
    private static final String LAYOUT = "%-15s  %-17s  %13s  %14s  %6s  %6s  %9s  %-6s";

    public Row {
        unfit = List.copyOf(unfit);
        changed = List.copyOf(changed);
    }

    /// Whether our numbers are transformers'.
    public boolean passes() {
        return unfit.isEmpty()
                && changed.isEmpty()
                && base < TOLERANCE
                && trained < TOLERANCE
                && moved > LEAST_MOVE
                && greedy == GREEDY
                && tokens;
    }

    static String heading() {
        return LAYOUT.formatted(
                        "model", "opened as", "logits before", "after training", "moved", "greedy", "tokenizer", "")
                .strip();
    }

    String line() {
        String line = LAYOUT.formatted(
                family,
                architecture,
                small(base),
                small(trained),
                small(moved),
                greedy + "/" + GREEDY,
                tokens ? "same" : "differs",
                passes() ? "passed" : "FAILED");
        if (!unfit.isEmpty()) {
            line += "  tensors that do not fit: " + unfit;
        }
        return changed.isEmpty() ? line : line + "  fields that changed: " + changed;
    }

    private static String small(double value) {
        return String.format(Locale.ROOT, "%.0e", value);
    }
}
