package spice.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import spice.store.StoreException;

/// Messages to users when an S3 server refuses. The server is a stub that answers as real ones do.
class S3RefusalsTest {
    private static final S3Key KEY = new S3Key("id", "secret");

    private HttpServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    @Test
    void aServerThatDoesNotKnowCreateOnlyIsNotUsed() throws IOException {
        S3Location location = answering(Answer.always(200, ""));

        assertOneLine(location, "does not refuse a second create-only PUT", "it is not used");
    }

    @Test
    void aServerThatHasNotImplementedCreateOnlyIsNotUsed() throws IOException {
        S3Location location = answering(method -> method.equals("PUT")
                ? new Reply(501, error("NotImplemented", "If-None-Match is not implemented"))
                : new Reply(200, ""));

        assertOneLine(location, "does not refuse a second create-only PUT", "it is not used");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403 | AccessDenied          | Access Denied           | does not let this key",
                "403 | InvalidAccessKeyId    | The key does not exist. | does not accept the access key",
                "507 | InsufficientStorage   | Insufficient storage    | its disk is full",
                "500 | InternalError         | No space left on device | its disk is full",
                "301 | PermanentRedirect     | Use another endpoint    | Set AWS_REGION to that region",
                "404 | NoSuchBucket          | It does not exist       | has no bucket spice any more",
                "503 | ServiceUnavailable    | Try later               | it answers 503 ServiceUnavailable Try later"
            })
    void aRefusalIsOneLineWithItsRemedy(int status, String code, String message, String expected) throws IOException {
        S3Location location = answering(
                method -> method.equals("PUT") ? new Reply(status, error(code, message)) : new Reply(200, ""));

        assertOneLine(location, location.endpoint().orElseThrow().toString(), expected);
    }

    @Test
    void aBucketThatMayNotBeLookedAtIsOneLineWithItsRemedy() throws IOException {
        assertOneLine(
                answering(Answer.always(403, "")), "does not let this key look at the bucket spice", "s3:PutObject");
    }

    @Test
    void aServerThatIsNotThereIsOneLineWithItsRemedy() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        S3Location nowhere = S3Location.at(URI.create("http://127.0.0.1:" + port), KEY, "spice");

        assertOneLine(nowhere, "http://127.0.0.1:" + port, "cannot be reached", "spice up");
    }

    @Test
    void aKeyDoesNotShowItsSecret() {
        assertThat(S3Location.at(URI.create("http://127.0.0.1:1"), KEY, "spice").toString())
                .contains("id=id")
                .doesNotContain("secret");
    }

    private record Reply(int status, String body) {}

    private interface Answer {
        Reply to(String method);

        static Answer always(int status, String body) {
            return method -> new Reply(status, body);
        }
    }

    private S3Location answering(Answer answer) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> reply(exchange, answer.to(exchange.getRequestMethod())));
        server.start();
        return S3Location.at(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()), KEY, "spice");
    }

    private static void reply(HttpExchange exchange, Reply reply) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            byte[] body = reply.body().getBytes(UTF_8);
            boolean empty = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(reply.status(), empty ? -1 : body.length);
            if (!empty) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private static String error(String code, String message) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>%s</Code><Message>%s</Message></Error>"
                .formatted(code, message);
    }

    private static void assertOneLine(S3Location location, String... parts) {
        assertThatThrownBy(() -> S3BlobStore.open(location))
                .isInstanceOf(StoreException.class)
                .hasMessageContainingAll(parts)
                .hasMessageNotContaining("\n");
    }
}
