package spice.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Answers `GET /metrics` in Prometheus' text format. What it says is counted while the process works; a scrape
/// costs the reading of some hundred numbers, by a thread that works for nothing else.
final class MetersEndpoint implements AutoCloseable {
    private static final String FORMAT = "text/plain; version=0.0.4; charset=utf-8";
    /// Whoever asks while others are answered waits.
    private static final int BACKLOG = 8;

    private final HttpServer server;
    private final ExecutorService thread;

    private MetersEndpoint(HttpServer server, ExecutorService thread) {
        this.server = server;
        this.thread = thread;
    }

    /// @throws IOException if it cannot listen there
    static MetersEndpoint open(ListenAddress address, PrometheusMeterRegistry meters) throws IOException {
        HttpServer server = HttpServer.create(address.resolved(), BACKLOG);
        ExecutorService thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("meters").daemon().factory());
        server.setExecutor(thread);
        server.createContext("/metrics", exchange -> answer(exchange, meters));
        server.start();
        return new MetersEndpoint(server, thread);
    }

    private static void answer(HttpExchange exchange, PrometheusMeterRegistry meters) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("GET")) {
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            byte[] text = meters.scrape().getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", FORMAT);
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        thread.shutdownNow();
    }
}
