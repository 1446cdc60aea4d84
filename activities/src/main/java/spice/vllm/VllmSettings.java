package spice.vllm;

import static spice.domain.Check.require;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// The vLLM server with which a worker samples.
///
/// @param server address, without user and password
/// @param folder the model folder that the server was started on; the path must be the same for server and worker
/// @param authorization value of the `Authorization` header, which is a secret
/// @param requests most requests under way at once
/// @param deadline of each request
public record VllmSettings(URI server, Path folder, Optional<String> authorization, int requests, Duration deadline) {
    /// The environment variable from which vLLM itself reads its key.
    private static final String KEY = "VLLM_API_KEY";

    public VllmSettings {
        folder = folder.toAbsolutePath().normalize();
        require(requests > 0, "at least one request must be allowed, got %d", requests);
        require(deadline.isPositive(), "the deadline must be positive, got %s", deadline);
    }

    /// Reads the key from the environment.
    ///
    /// @throws IllegalArgumentException if the address is not a server's, or if it is not on this machine and there
    ///     is no key: anyone who reaches the routes that reload weights can change the weights
    public static VllmSettings of(
            String address, Path folder, int requests, Duration deadline, Map<String, String> environment) {
        require(
                address.matches("https?://[^/@]+(/[^@]*)?"),
                "%s is not the address of a vLLM server, such as http://127.0.0.1:8000",
                address);
        URI server = URI.create(address.replaceAll("/+$", ""));
        String key = environment.getOrDefault(KEY, "");
        require(
                !key.isEmpty() || isLoopback(server),
                "%s is not on this machine, and vLLM asks nobody who he is who reloads its weights. Put it behind a proxy that asks for the key in %s, or give an address such as http://127.0.0.1:8000",
                server,
                KEY);
        return new VllmSettings(
                server, folder, key.isEmpty() ? Optional.empty() : Optional.of("Bearer " + key), requests, deadline);
    }

    private static boolean isLoopback(URI server) {
        try {
            return server.getHost() != null
                    && InetAddress.getByName(server.getHost()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "vLLM at %s on %s".formatted(server, folder);
    }
}
