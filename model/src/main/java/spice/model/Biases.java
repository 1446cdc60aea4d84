package spice.model;

/// Which linear layers of a block add a bias.
///
/// @param queryKeyValue q, k and v
/// @param output o, after the attention
/// @param feedForward gate, up and down
public record Biases(boolean queryKeyValue, boolean output, boolean feedForward) {
    public static final Biases NONE = new Biases(false, false, false);
}
