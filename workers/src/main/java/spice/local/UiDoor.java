package spice.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import spice.program.LocalVisitor;
import spice.program.UserError;

/// The door to the Temporal UI. The UI itself answers to any Host, so a foreign web page could start and end runs
/// by it: it listens where no page can find it, and people reach it through here.
public final class UiDoor implements AutoCloseable {
    /// Headers that concern one connection only, and those that the client writes itself.
    private static final Set<String> OWN_TO_A_CONNECTION = Set.of(
            "connection",
            "content-length",
            "expect",
            "host",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private static final int NOT_CONNECTED = 502;
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final int MOST_MISSES = 6;

    private final URI ui;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY)
            .executor(threads)
            .build();

    private UiDoor(InetSocketAddress listen, URI ui) throws IOException {
        this.ui = ui;
        this.server = HttpServer.create(listen, 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /// Opens the door of a stack's own UI.
    ///
    /// @throws UserError if its port is taken
    static UiDoor open(LocalSettings settings) {
        Ports.requireFree(settings.uiPort(), "the Temporal UI", "SPICE_UI_PORT");
        try {
            return new UiDoor(
                    LocalSettings.loopback(settings.uiPort()),
                    HiddenUi.of(settings).address());
        } catch (IOException e) {
            throw new UserError(
                    "the Temporal UI cannot be served on port %d (%s)".formatted(settings.uiPort(), e.getMessage()), e);
        }
    }

    /// `UiDoor PORT UI`: serves a container's port. It ends when the UI has not answered for half a minute: a
    /// Temporal container that was restarted has a new network, which only a restarted door sees.
    public static void main(String[] args) throws IOException, InterruptedException {
        URI ui = URI.create(args[1]);
        try (UiDoor _ = new UiDoor(new InetSocketAddress(Integer.parseInt(args[0])), ui)) {
            for (int misses = 0; misses < MOST_MISSES; Thread.sleep(LOOK)) {
                misses = HttpProbe.status(ui, LOOK).isPresent() ? 0 : misses + 1;
            }
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!LocalVisitor.refuses(exchange)) {
                pass(exchange);
            }
        }
    }

    private void pass(HttpExchange exchange) throws IOException {
        Optional<HttpResponse<InputStream>> answer = ask(exchange);
        if (answer.isEmpty()) {
            byte[] text = "The Temporal UI does not answer just now.\n".getBytes(UTF_8);
            exchange.sendResponseHeaders(NOT_CONNECTED, text.length);
            exchange.getResponseBody().write(text);
            return;
        }
        try (InputStream body = answer.get().body()) {
            answer.get().headers().map().forEach((name, values) -> {
                if (travels(name)) {
                    exchange.getResponseHeaders().put(name, values);
                }
            });
            long length = length(exchange, answer.get());
            exchange.sendResponseHeaders(answer.get().statusCode(), length);
            if (length >= 0) {
                body.transferTo(exchange.getResponseBody());
            }
        }
    }

    /// The UI's answer; empty if it cannot be reached.
    private Optional<HttpResponse<InputStream>> ask(HttpExchange exchange) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(place(exchange.getRequestURI()))
                .method(
                        exchange.getRequestMethod(),
                        hasBody(exchange)
                                ? HttpRequest.BodyPublishers.ofInputStream(exchange::getRequestBody)
                                : HttpRequest.BodyPublishers.noBody());
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (travels(name)) {
                values.forEach(value -> request.header(name, value));
            }
        });
        try {
            return Optional.of(client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /// The same place at the UI, whatever host the request's line names.
    private URI place(URI asked) {
        String query = asked.getRawQuery() == null ? "" : "?" + asked.getRawQuery();
        return ui.resolve("/" + asked.getRawPath().replaceFirst("^/+", "") + query);
    }

    private static boolean hasBody(HttpExchange exchange) {
        Map<String, List<String>> headers = exchange.getRequestHeaders();
        return headers.containsKey("Content-Length") || headers.containsKey("Transfer-Encoding");
    }

    private static boolean travels(String header) {
        return !OWN_TO_A_CONNECTION.contains(header.toLowerCase(Locale.ROOT));
    }

    /// The length of the answer's body as [HttpExchange#sendResponseHeaders] takes it: -1 for none, 0 for unknown.
    private static long length(HttpExchange exchange, HttpResponse<?> answer) {
        OptionalLong length = answer.headers().firstValueAsLong("Content-Length");
        boolean none = exchange.getRequestMethod().equals("HEAD")
                || answer.statusCode() == 204
                || answer.statusCode() == 304
                || (length.isPresent() && length.getAsLong() == 0);
        return none ? -1 : length.orElse(0);
    }

    @Override
    public void close() {
        server.stop(0);
        client.shutdownNow();
        threads.shutdownNow();
    }
}
