package spice.local;

import io.temporal.envconfig.ClientConfigProfile;
import java.nio.file.Path;

/// Where on the ladder of real Temporal servers we stand.
public sealed interface TemporalRung {

    /// A server that somebody else runs, named by `temporal.toml` or `TEMPORAL_*`.
    record Configured(ClientConfigProfile profile) implements TemporalRung {}

    /// A binary that the stack runs as its own server.
    sealed interface Binary extends TemporalRung {
        Path path();

        TemporalVersion version();
    }

    /// The user's own `temporal`.
    record OnPath(Path path, TemporalVersion version) implements Binary {}

    /// One that was fetched or built at an earlier start.
    record Kept(Path path, TemporalVersion version) implements Binary {}

    /// One that was fetched just now from its vendor.
    record Downloaded(Path path, TemporalVersion version) implements Binary {}

    /// One that was built just now from its Go module.
    record Built(Path path, TemporalVersion version) implements Binary {}

    /// This rung in a few words, for the banner.
    default String inWords() {
        return switch (this) {
            case Configured(ClientConfigProfile profile) -> "as configured, at " + profile.getAddress();
            case OnPath(Path path, TemporalVersion version) -> "%s from the PATH (%s)".formatted(version, path);
            case Kept(Path _, TemporalVersion version) -> "%s, kept from an earlier start".formatted(version);
            case Downloaded(Path _, TemporalVersion version) -> "%s, just downloaded".formatted(version);
            case Built(Path _, TemporalVersion version) -> "%s, just built from its Go module".formatted(version);
        };
    }
}
