package spice.bench;

/// One line from a side: what it did for an [Order].
///
/// @param count tokens or bytes
/// @param seconds that they took
/// @param work numbers that show whether the two sides compute the same
record SideAnswer(long count, double seconds, Computed work) {

    /// Computed numbers; zeros and empty arrays where there is nothing to compare.
    ///
    /// @param loss of the last update, for training
    /// @param gradientNorm of the last update, for training
    /// @param entropy of the last update, for training
    /// @param tokens (B, N), padded with the stop token, for sampling
    /// @param logProbs (B, N), 0 after the stop token, for sampling
    @SuppressWarnings("ArrayRecordComponent") // written and read as JSON; never compared
    record Computed(double loss, double gradientNorm, double entropy, int[][] tokens, double[][] logProbs) {
        static final Computed NONE = new Computed(0, 0, 0, new int[0][], new double[0][]);

        static Computed trained(double loss, double gradientNorm, double entropy) {
            return new Computed(loss, gradientNorm, entropy, new int[0][], new double[0][]);
        }
    }

    double rate() {
        return count / seconds;
    }
}
