package spice.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import spice.program.LocalVisitor;

/// Serves `GET /metrics` in Prometheus' text format. Values are counted while the process works, so a scrape only
/// reads some hundred numbers, on a thread of its own.
final class MetersEndpoint implements AutoCloseable {
    private static final String FORMAT = "text/plain; version=0.0.4; charset=utf-8";
    /// Connections that may wait while another is answered.
    private static final int BACKLOG = 8;

    private final HttpServer server;
    private final ExecutorService thread;

    private MetersEndpoint(HttpServer server, ExecutorService thread) {
        this.server = server;
        this.thread = thread;
    }

    /// Starts to serve.
    ///
    /// @throws IOException if the address cannot be listened on
    static MetersEndpoint open(ListenAddress address, PrometheusMeterRegistry meters) throws IOException {
        HttpServer server = HttpServer.create(address.resolved(), BACKLOG);
        ExecutorService thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("meters").daemon().factory());
        server.setExecutor(thread);
        boolean local = server.getAddress().getAddress().isLoopbackAddress();
        server.createContext("/metrics", exchange -> answer(exchange, meters, local));
        server.start();
        return new MetersEndpoint(server, thread);
    }

    /// @param local whether only this machine is served; elsewhere nobody knows the name by which a scraper comes
    private static void answer(HttpExchange exchange, PrometheusMeterRegistry meters, boolean local)
            throws IOException {
        try (exchange) {
            if (local && LocalVisitor.refuses(exchange)) {
                return;
            }
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
