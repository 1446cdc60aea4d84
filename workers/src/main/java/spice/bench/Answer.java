package spice.bench;

/// One line from a side.
///
/// @param count tokens, or bytes
/// @param seconds that they took
/// @param work by which the two sides are compared
record Answer(long count, double seconds, Work work) {

    /// What was computed. Empty where there is nothing to compare.
    ///
    /// @param loss training: of the last update
    /// @param gradientNorm training: of the last update
    /// @param entropy training: of the last update
    /// @param tokens sampling: (B, N), filled up with the stop token
    /// @param logProbs sampling: (B, N), 0 behind the stop token
    @SuppressWarnings("ArrayRecordComponent") // written and read as JSON; never compared
    record Work(double loss, double gradientNorm, double entropy, int[][] tokens, double[][] logProbs) {
        static final Work NONE = new Work(0, 0, 0, new int[0][], new double[0][]);

        static Work trained(double loss, double gradientNorm, double entropy) {
            return new Work(loss, gradientNorm, entropy, new int[0][], new double[0][]);
        }
    }

    double rate() {
        return count / seconds;
    }
}
