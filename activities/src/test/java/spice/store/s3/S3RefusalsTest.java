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
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.SdkSystemSetting;
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
        S3Location location = answering(request -> request.getRequestHeaders().containsKey("If-None-Match")
                ? new Reply(501, error("NotImplemented", "A header you provided implies functionality"))
                : new Reply(200, ""));

        assertOneLine(location, "does not refuse a second create-only PUT", "it is not used");
    }

    @Test
    void aServerWithoutChecksumsInChunksIsQuotedAndTheSettingHelps() throws IOException {
        AtomicInteger stored = new AtomicInteger();
        S3Location location = answering(request -> {
            if (!request.getRequestMethod().equals("PUT")) {
                return new Reply(200, "");
            }
            if (!request.getRequestHeaders()
                    .getOrDefault("Content-Encoding", List.of())
                    .isEmpty()) {
                return new Reply(501, error("NotImplemented", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER is unknown"));
            }
            return new Reply(stored.getAndIncrement() == 0 ? 200 : 412, "");
        });

        assertThatThrownBy(() -> S3BlobStore.open(location))
                .isInstanceOf(StoreException.class)
                .hasMessageContainingAll(
                        "it answers 501 NotImplemented STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER is unknown.",
                        "set AWS_REQUEST_CHECKSUM_CALCULATION=when_required")
                .hasMessageNotContaining("If-None-Match");

        String setting = SdkSystemSetting.AWS_REQUEST_CHECKSUM_CALCULATION.property();
        System.setProperty(setting, "when_required");
        try {
            S3BlobStore.open(location).close();
        } finally {
            System.clearProperty(setting);
        }
        assertThat(stored).hasValue(2);
    }

    @Test
    void anAddressThatLeadsElsewhereIsNotTakenForAnotherRegion() throws IOException {
        S3Location location = answering(_ -> new Reply(301, "", Map.of("Location", "https://s3.example/")));

        assertOneLine(location, "leads to https://s3.example/", "AWS_ENDPOINT_URL_S3");
    }

    @Test
    void aRegionThatTheServerNamesIsTheOneToSet() throws IOException {
        S3Location location = answering(_ -> new Reply(
                301, error("PermanentRedirect", "Use another"), Map.of("x-amz-bucket-region", "eu-central-1")));

        assertOneLine(location, "in another region", "Set AWS_REGION=eu-central-1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403 | AccessDenied          | Access Denied           | does not let this key",
                "403 | RequestTimeTooSkewed  | The difference is large | Set this machine's clock",
                "400 | ExpiredToken          | The token has expired.  | Get fresh credentials",
                "400 | InvalidArgument       | Unsupported header 'x-amz-sdk-checksum-algorithm' | CALCULATION=when_required",
                "400 | InvalidRequest        | The bucket is frozen.   | Its own log should say why",
                "411 | MissingContentLength  | Provide Content-Length. | CALCULATION=when_required",
                "400 | AuthorizationHeaderMalformed | the region is wrong; expecting 'eu-west-1' | Set AWS_REGION to that",
                "405 | MethodNotAllowed      | Not here                | does not answer as an S3 server does",
                "403 | InvalidAccessKeyId    | The key does not exist. | does not accept the access key",
                "507 | InsufficientStorage   | Insufficient storage    | its disk is full",
                "500 | InternalError         | No space left on device | its disk is full",
                "301 | PermanentRedirect     | Use another endpoint    | Set AWS_REGION to that region",
                "404 | NoSuchBucket          | It does not exist       | has no bucket spice any more",
                "503 | ServiceUnavailable    | Try later               | it answers 503 ServiceUnavailable Try later"
            })
    void aRefusalIsOneLineWithItsRemedy(int status, String code, String message, String expected) throws IOException {
        S3Location location = answering(request -> request.getRequestMethod().equals("PUT")
                ? new Reply(status, error(code, message))
                : new Reply(200, ""));

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

    private record Reply(int status, String body, Map<String, String> headers) {
        Reply(int status, String body) {
            this(status, body, Map.of());
        }
    }

    private interface Answer {
        Reply to(HttpExchange request);

        static Answer always(int status, String body) {
            return _ -> new Reply(status, body);
        }
    }

    private S3Location answering(Answer answer) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> reply(exchange, answer.to(exchange)));
        server.start();
        return S3Location.at(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()), KEY, "spice");
    }

    private static void reply(HttpExchange exchange, Reply reply) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            reply.headers().forEach(exchange.getResponseHeaders()::add);
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
