package spice.local;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.OptionalInt;

/// Asks whether a local HTTP server answers.
final class HttpProbe {
    /// How long a connection to the loopback address may take.
    private static final Duration CONNECT = Duration.ofMillis(200);

    private HttpProbe() {}

    /// The status of the answer to `GET`; empty if there is no HTTP answer within this time.
    static OptionalInt status(URI address, Duration patience) {
        try {
            HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout((int) CONNECT.toMillis());
            connection.setReadTimeout((int) patience.toMillis());
            try {
                int status = connection.getResponseCode();
                return status > 0 ? OptionalInt.of(status) : OptionalInt.empty();
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return OptionalInt.empty();
        }
    }
}
