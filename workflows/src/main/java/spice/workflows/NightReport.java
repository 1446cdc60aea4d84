package spice.workflows;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Optional;

/// How a night ended: one of both.
///
/// @param run how its run ended
/// @param skipped why there was none
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record NightReport(Optional<RunReport> run, Optional<Trouble> skipped) {
    /// The state, as a search attribute, of a night that was skipped.
    public static final String SKIPPED = "skipped";
}
