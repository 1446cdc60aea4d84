package spice.parity;

import java.util.List;
import java.util.Locale;

/// How our numbers for one family's model compare with transformers'. Differences of logits are the largest
/// absolute difference, relative to the largest absolute logit.
///
/// @param family name of the model
/// @param architecture class of transformers that opened our checkpoint
/// @param unfit names of tensors that were missing, unexpected, or of another shape
/// @param changed names of the config's fields that our checkpoint changed, apart from the type of the weights
/// @param base difference of our logits from transformers' before training
/// @param trained difference of our logits from transformers' after training
/// @param moved difference of our logits after training from those before
/// @param greedy number of equal greedy tokens
/// @param tokens whether our checkpoint's tokenizer opens and gives the same tokens
public record ParityRow(
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
    /// Least [#moved]: a model that training leaves unchanged would pass with its old weights.
    private static final double LEAST_MOVE = 1e-3;

    private static final int GREEDY = 64;
    private static final String LAYOUT = "%-15s  %-17s  %13s  %14s  %6s  %6s  %9s  %-6s";

    public ParityRow {
        unfit = List.copyOf(unfit);
        changed = List.copyOf(changed);
    }

    /// Whether our numbers equal transformers' within tolerance, and the checkpoint opens unchanged.
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
