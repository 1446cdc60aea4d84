package spice.local;

import io.temporal.envconfig.ClientConfigProfile;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import spice.store.s3.S3Key;
import spice.store.s3.S3Location;

/// Where the parts of the stack are.
///
/// @param rung in words, which Temporal server the stack uses
/// @param temporal how to connect to that server
/// @param ui its Web UI; empty if somebody else runs the server
/// @param s3 where the store is
/// @param logs folder of the stack's logs
public record StackAddresses(String rung, ClientConfigProfile temporal, Optional<URI> ui, S3Location s3, Path logs) {

    /// The addresses as environment variables for a worker: `TEMPORAL_*`, `AWS_*`. Leaves out servers that
    /// somebody else runs: a worker finds these by the settings that it inherits.
    Map<String, String> environment() {
        Map<String, String> variables = new HashMap<>();
        ui.ifPresent(_ -> {
            variables.put("TEMPORAL_ADDRESS", temporal.getAddress());
            variables.put("TEMPORAL_NAMESPACE", temporal.getNamespace());
            // Overrides what a profile without an address may set.
            variables.put("TEMPORAL_API_KEY", "");
            variables.put("TEMPORAL_TLS", "false");
        });
        s3.endpoint().ifPresent(endpoint -> {
            variables.put("AWS_ENDPOINT_URL_S3", endpoint.toString());
            variables.put("AWS_REGION", "us-east-1");
            variables.put("AWS_SESSION_TOKEN", "");
        });
        s3.key().ifPresent(key -> putKey(key, variables));
        return variables;
    }

    private static void putKey(S3Key key, Map<String, String> variables) {
        variables.put("AWS_ACCESS_KEY_ID", key.id());
        variables.put("AWS_SECRET_ACCESS_KEY", key.secret());
    }

    /// The addresses as lines for the user.
    public List<String> banner() {
        List<String> lines = new ArrayList<>();
        lines.add("Temporal server  " + rung);
        ui.ifPresent(address -> lines.add("Temporal UI      " + address));
        lines.add("S3 store         %s, bucket %s"
                .formatted(s3.endpoint().map(URI::toString).orElse("as configured"), s3.bucket()));
        lines.add("Logs             " + logs);
        lines.add("Meters           %s/*.json, for Prometheus".formatted(logs.resolveSibling("metrics")));
        return lines;
    }
}
