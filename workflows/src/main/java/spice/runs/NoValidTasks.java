package spice.runs;

import io.temporal.failure.ApplicationFailure;
import java.util.List;
import java.util.Map;
import spice.domain.Refusal;
import spice.settings.RunSettings;

/// The words of [Failure#NO_VALID_TASKS]: who posed nothing, why it was refused, what helps, and replies to read.
public final class NoValidTasks {
    private NoValidTasks() {}

    /// The failure.
    ///
    /// @param who posed nothing, in words
    /// @param refusals of all its replies; not empty
    /// @param replies some of them, one a line
    public static ApplicationFailure failure(
            String who, RunSettings settings, Map<Refusal, Integer> refusals, List<String> replies) {
        String remedy = switch (settings.roles()) {
            case NANO -> "The nano model can read only ledgers; for these documents take a larger model";
            case JSON -> "Take a model that follows the format, or longer replies (challengerTokens)";
        };
        int refused = refusals.values().stream().mapToInt(Integer::intValue).sum();
        return Failure.NO_VALID_TASKS.because("%s posed no valid task on %s. Refused, of %d replies: %s. %s.%s"
                .formatted(who, settings.corpus(), refused, Refusal.shares(refusals), remedy, listed(replies)));
    }

    /// Replies as lines of a list; nothing if there are none.
    public static String listed(List<String> replies) {
        return replies.isEmpty() ? "" : "\n- " + String.join("\n- ", replies);
    }
}
