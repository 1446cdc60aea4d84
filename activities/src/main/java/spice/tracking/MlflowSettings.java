package spice.tracking;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/// The MLflow server that tracks runs, from the environment variables that MLflow's own clients read.
///
/// @param server address, without user and password
/// @param experiment the experiment to which runs belong
/// @param authorization value of the `Authorization` header, which is a secret
public record MlflowSettings(URI server, String experiment, Optional<String> authorization) {
    private static final String SERVER = "MLFLOW_TRACKING_URI";

    /// Reads the settings; empty if no server is named. A run does not depend on the server: if the address is
    /// unusable, the caller reports this and goes on without tracking.
    ///
    /// @throws IllegalArgumentException if the address is not a server's
    public static Optional<MlflowSettings> from(Map<String, String> environment) {
        String address = environment.getOrDefault(SERVER, "");
        return address.isEmpty() ? Optional.empty() : Optional.of(of(address, environment));
    }

    private static MlflowSettings of(String address, Map<String, String> environment) {
        if (!address.matches("https?://[^/@]+(/[^@]*)?")) {
            throw new IllegalArgumentException(
                    "%s is not the address of a server, such as http://127.0.0.1:5000; user and password go into MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
                            .formatted(SERVER));
        }
        return new MlflowSettings(
                URI.create(address.replaceAll("/+$", "")),
                environment.getOrDefault("MLFLOW_EXPERIMENT_NAME", "spice"),
                authorization(environment));
    }

    private static Optional<String> authorization(Map<String, String> environment) {
        String user = environment.getOrDefault("MLFLOW_TRACKING_USERNAME", "");
        String token = environment.getOrDefault("MLFLOW_TRACKING_TOKEN", "");
        if (!user.isEmpty()) {
            String both = user + ":" + environment.getOrDefault("MLFLOW_TRACKING_PASSWORD", "");
            return Optional.of("Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8)));
        }
        return token.isEmpty() ? Optional.empty() : Optional.of("Bearer " + token);
    }

    @Override
    public String toString() {
        return "%s, experiment %s".formatted(server, experiment);
    }
}
