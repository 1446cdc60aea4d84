package spice.formats;

import java.util.Optional;

/// Finds the answer that a Reasoner has put in a box.
final class BoxedAnswer {
    private static final String BOX = "\\boxed";

    private BoxedAnswer() {}

    /// The content of the last `\boxed{...}`, with balanced braces; empty if there is no box, or the last is never
    /// closed or holds nothing. One pass from the last box on, so the work does not grow with the boxes before it.
    static Optional<String> last(String reply) {
        int box = reply.lastIndexOf(BOX);
        int open = box < 0 ? -1 : reply.indexOf('{', box);
        if (open < 0 || !reply.substring(box + BOX.length(), open).isBlank()) {
            return Optional.empty();
        }
        int depth = 0;
        for (int position = open; position < reply.length(); position++) {
            char character = reply.charAt(position);
            if (character == '\\') {
                position++;
            } else if (character == '{') {
                depth++;
            } else if (character == '}') {
                depth--;
                if (depth == 0) {
                    return Optional.of(reply.substring(open + 1, position).strip())
                            .filter(answer -> !answer.isEmpty());
                }
            }
        }
        return Optional.empty();
    }
}
