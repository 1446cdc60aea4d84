package spice.bench;

/// One line to a side, which makes it do the work once.
///
/// @param show for sampling: whether to answer with what was drawn
/// @param forced for sampling: tokens (B, N) to take instead of drawing, and to answer with their
///     log-probabilities; empty to draw
@SuppressWarnings("ArrayRecordComponent") // written and read as JSON; never compared
record Order(boolean show, int[][] forced) {
    static final Order WORK = new Order(false, new int[0][]);
    static final Order SHOW = new Order(true, new int[0][]);

    static Order force(int[][] tokens) {
        return new Order(false, tokens);
    }
}
