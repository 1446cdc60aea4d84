package spice.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The link in front of a small HTTP server that keeps what it gets.
class S3LinkTest {
    private static final String RESULT = "/spice/index/pose/v1/abc";

    private final Map<String, byte[]> kept = new ConcurrentHashMap<>();
    private HttpServer server;
    private S3Link link;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (exchange.getRequestMethod().equals("PUT")) {
                kept.put(path, body);
            }
            exchange.sendResponseHeaders(kept.containsKey(path) ? 200 : 404, -1);
            exchange.close();
        });
        server.start();
        link = S3Link.open(server.getAddress().getPort());
    }

    @AfterEach
    void stop() throws IOException {
        link.close();
        server.stop(0);
    }

    @Test
    void itPassesOnAndSeesWhatIsBegun() throws IOException {
        assertThat(ask("GET", RESULT, 0)).isEqualTo(404);
        assertThat(ask("PUT", RESULT, 10)).isEqualTo(200);
        assertThat(ask("GET", RESULT, 0)).isEqualTo(200);
        assertThat(ask("GET", "/spice/blobs/ab/abc", 0)).isEqualTo(404);
        assertThat(ask("GET", RESULT + "d", 0)).isEqualTo(404);
        assertThat(ask("GET", RESULT + "d", 0)).isEqualTo(404);

        assertThat(link.begun()).containsOnly(Map.entry("index/pose/v1/abc", 1), Map.entry("index/pose/v1/abcd", 2));
    }

    @Test
    void itRefusesAndIsBusyUntilItIsGoodAgain() throws IOException {
        link.set(S3Link.State.REFUSING);
        assertThatThrownBy(() -> ask("GET", RESULT, 0)).isInstanceOf(IOException.class);
        link.set(S3Link.State.UNAVAILABLE);
        assertThat(ask("PUT", RESULT, 1_000_000)).isEqualTo(503);
        assertThat(kept).isEmpty();
        link.set(S3Link.State.GOOD);
        assertThat(ask("PUT", RESULT, 1_000_000)).isEqualTo(200);
    }

    @Test
    void oneUploadIsCut() throws IOException {
        link.cutAfter(100_000);
        assertThat(ask("PUT", "/spice/small", 50_000)).isEqualTo(200);
        assertThat(link.hasCut()).isFalse();
        assertThatThrownBy(() -> ask("PUT", "/spice/large", 1_000_000)).isInstanceOf(IOException.class);
        assertThat(link.hasCut()).isTrue();
        assertThat(kept).doesNotContainKey("/spice/large");
        assertThat(ask("PUT", "/spice/large", 1_000_000)).isEqualTo(200);
    }

    private int ask(String method, String path, int bytes) throws IOException {
        Proxy proxy = new Proxy(Proxy.Type.HTTP, new InetSocketAddress(InetAddress.getLoopbackAddress(), link.port()));
        URI uri =
                URI.create("http://127.0.0.1:%d%s".formatted(server.getAddress().getPort(), path));
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(proxy);
        connection.setRequestMethod(method);
        if (bytes > 0) {
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(bytes);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(new byte[bytes]);
            }
        }
        return connection.getResponseCode();
    }
}
