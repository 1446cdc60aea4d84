package spice.model;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/// Watches completions for stop strings while they are drawn.
final class StopStrings {
    /// The most tokens of one character: a token may be a single byte of UTF-8.
    private static final int TOKENS_A_CHARACTER = 4;

    private final List<String> strings;
    private final TextCodec codec;
    private final int window;
    private final int maxNewTokens;
    private final int[][] drawn;
    private final int[] ends;
    /// Completions that a stop string or a stop token has ended.
    private final boolean[] over;

    StopStrings(List<String> strings, TextCodec codec, int completions, int maxNewTokens) {
        this.strings = strings;
        this.codec = codec;
        this.maxNewTokens = maxNewTokens;
        window = TOKENS_A_CHARACTER
                * strings.stream().mapToInt(String::length).max().orElse(0);
        drawn = strings.isEmpty() ? new int[0][] : new int[completions][maxNewTokens];
        ends = new int[completions];
        over = new boolean[completions];
        Arrays.fill(ends, Integer.MAX_VALUE);
    }

    boolean isEmpty() {
        return strings.isEmpty();
    }

    /// Takes the last token of every slot (L, K) in flight and returns the completions that end with it.
    ///
    /// @param time the token is number time - birth of its completion
    long[] ended(Layout layout, int time, long[] tokens) {
        LongStream.Builder ended = LongStream.builder();
        for (int lane = 0; lane < layout.lanes().size(); lane++) {
            Layout.Lane inFlight = layout.lanes().get(lane);
            int number = time - inFlight.birth();
            for (int slot = 0; slot < inFlight.rows().length && number < maxNewTokens; slot++) {
                int row = inFlight.rows()[slot];
                if (ends(row, (int) tokens[lane * layout.slots() + slot], number)) {
                    ended.add(row);
                }
            }
        }
        return ended.build().toArray();
    }

    private boolean ends(int row, int token, int i) {
        drawn[row][i] = token;
        if (over[row] || codec.stopTokens().contains(token)) {
            over[row] = true;
            return false;
        }
        String text = codec.decode(Arrays.copyOfRange(drawn[row], Math.max(0, i + 1 - window), i + 1));
        if (strings.stream().noneMatch(text::contains)) {
            return false;
        }
        ends[row] = i + 1;
        over[row] = true;
        return true;
    }

    /// After how many tokens a stop string ended a completion; [Integer#MAX_VALUE] if none did.
    int end(int row) {
        return ends[row];
    }
}
