package spice.model;

/// Why a completion ended.
public enum StopReason {
    /// The model wrote its stop token.
    STOP_TOKEN,
    /// The text contains a stop string.
    STOP_STRING,
    /// The limit on new tokens was reached first.
    LENGTH
}
