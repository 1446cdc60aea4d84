package spice.bench;

/// One line to a side: do the work once.
///
/// @param show sampling: whether to answer with what was drawn
/// @param forced sampling: take these tokens (B, N) instead of drawing, and answer with their log-probabilities;
/// empty: draw
@SuppressWarnings("ArrayRecordComponent") // written and read as JSON; never compared
record Order(boolean show, int[][] forced) {
    static final Order WORK = new Order(false, new int[0][]);
    static final Order SHOW = new Order(true, new int[0][]);

    static Order force(int[][] tokens) {
        return new Order(false, tokens);
    }
}
