package spice.local;

import io.temporal.envconfig.ClientConfigProfile;
import java.nio.file.Path;

/// The Temporal server that [TemporalLadder] found, by the rung on which it was found.
sealed interface TemporalRung {

    /// A server that somebody else runs, named by `temporal.toml` or `TEMPORAL_*`.
    record Configured(ClientConfigProfile profile) implements TemporalRung {}

    /// A binary, which the stack runs as its own server.
    sealed interface Binary extends TemporalRung {
        Path path();

        TemporalVersion version();
    }

    /// The user's own `temporal`.
    record OnPath(Path path, TemporalVersion version) implements Binary {}

    /// Fetched or built at an earlier start.
    record Kept(Path path, TemporalVersion version) implements Binary {}

    /// Got from this source just now.
    record Got(TemporalSource source, Path path, TemporalVersion version) implements Binary {}

    /// The rung in a few words, for the user.
    default String inWords() {
        return switch (this) {
            case Configured(ClientConfigProfile profile) -> "as configured, at " + profile.getAddress();
            case OnPath(Path path, TemporalVersion version) -> "%s from the PATH (%s)".formatted(version, path);
            case Kept(Path _, TemporalVersion version) -> "%s, kept from an earlier start".formatted(version);
            case Got(TemporalSource source, Path _, TemporalVersion version) ->
                switch (source) {
                    case DOWNLOAD -> "%s, just downloaded".formatted(version);
                    case WHEEL -> "%s, just fetched as a wheel".formatted(version);
                    case BUILD -> "%s, just built from its Go module".formatted(version);
                };
        };
    }
}
