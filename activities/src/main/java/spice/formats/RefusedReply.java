package spice.formats;

import spice.domain.Refusal;

/// Thrown when a reply turns out to be no task; the format turns it into a [ChallengerTurn.Refused].
final class RefusedReply extends RuntimeException {
    private static final int SHOWN = 120;

    private final Refusal reason;

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for this one line
    RefusedReply(Refusal reason, String message, Object... values) {
        super(message.formatted(values), null, false, false);
        this.reason = reason;
    }

    ChallengerTurn.Refused refused() {
        String detail = String.valueOf(getMessage()).replaceAll("\\s+", " ");
        return new ChallengerTurn.Refused(reason, detail.length() > SHOWN ? detail.substring(0, SHOWN) + "…" : detail);
    }
}
