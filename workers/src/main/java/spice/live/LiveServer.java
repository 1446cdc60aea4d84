package spice.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.checkpoints.Checkpoints;
import spice.program.LocalVisitor;
import spice.report.LiveReport;
import spice.report.RunListPage;
import spice.settings.Lineages;
import spice.store.BlobStore;
import spice.store.StoreException;

/// Serves the pages of all runs of a store on the loopback address. Every path begins with a secret token, since
/// other users of the machine can reach the port, too. Requests of foreign web pages are refused ([LocalVisitor]).
///
/// ```
/// /TOKEN/                 the list of runs
/// /TOKEN/RUN/             a run's page
/// /TOKEN/RUN/events       its news, as server-sent events
/// ```
///
/// A page's address without its last slash leads to it.
public final class LiveServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LiveServer.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    /// Looks without news after which a comment is sent: only a write shows that a connection is dead.
    private static final int LOOKS_A_SIGN = 10;
    /// Most pages that are followed at once: far more than a person opens. Each asks the store every second.
    private static final int MOST_FOLLOWERS = 32;

    private static final Pattern WITHOUT_SLASH = Pattern.compile("/([^/]+)(?:/[^/]+)?");
    private static final Pattern PLACE = Pattern.compile("/([^/]*)/(?:([^/]*)/(events)?)?");

    private final BlobStore store;
    private final String address;
    private final LiveReport.Temporal temporal;
    private final byte[] token;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore followers = new Semaphore(MOST_FOLLOWERS);

    private LiveServer(
            BlobStore store, String address, LiveReport.Temporal temporal, String token, InetSocketAddress listen)
            throws IOException {
        this.store = store;
        this.address = address;
        this.temporal = temporal;
        this.token = token.getBytes(UTF_8);
        this.server = HttpServer.create(listen, 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /// Starts a server that serves until it is closed.
    ///
    /// @param address of the store, for people
    /// @param token that every path must begin with
    /// @param listen address on the loopback interface
    /// @throws IOException if the port is taken
    public static LiveServer start(
            BlobStore store, String address, LiveReport.Temporal temporal, String token, InetSocketAddress listen)
            throws IOException {
        return new LiveServer(store, address, temporal, token, listen);
    }

    /// Address of the list of runs; a run's page is at `RUN/` below it.
    public URI home() {
        return URI.create(
                "http://127.0.0.1:%d/%s/".formatted(server.getAddress().getPort(), new String(token, UTF_8)));
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            answer(exchange);
        } catch (StoreException e) {
            log.warn("the live view could not read the store: {}", e.getMessage());
            text(exchange, 503, "The store cannot be read just now: " + e.getMessage());
        } catch (RuntimeException e) {
            log.warn("the live view failed", e);
            throw e;
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        Headers answer = exchange.getResponseHeaders();
        answer.set("Cache-Control", "no-store");
        answer.set("Content-Security-Policy", LiveReport.policy() + "; frame-ancestors 'none'");
        answer.set("Cross-Origin-Opener-Policy", "same-origin");
        answer.set("Cross-Origin-Resource-Policy", "same-origin");
        answer.set("Referrer-Policy", "no-referrer");
        answer.set("X-Content-Type-Options", "nosniff");
        if (LocalVisitor.refuses(exchange)) {
            return;
        }
        if (!exchange.getRequestMethod().equals("GET")) {
            text(exchange, 405, "This page is only to be read.");
            return;
        }
        String path = exchange.getRequestURI().getRawPath();
        Matcher unended = WITHOUT_SLASH.matcher(path);
        if (unended.matches() && isToken(unended.group(1))) {
            // Without a host: the page may be asked for through a tunnel, at another port.
            answer.set("Location", path + "/");
            exchange.sendResponseHeaders(HttpURLConnection.HTTP_MOVED_TEMP, -1);
            return;
        }
        Matcher place = PLACE.matcher(path);
        if (!place.matches() || !isToken(place.group(1))) {
            text(exchange, 404, "There is nothing here. Open the address that `spice up` has printed.");
            return;
        }
        Optional<String> lineage = Optional.ofNullable(place.group(2));
        if (lineage.isEmpty()) {
            html(exchange, RunListPage.of(new Checkpoints(store).lineages()));
        } else if (!Lineages.isName(lineage.get())) {
            text(exchange, 404, "That is not a run's name.");
        } else if (place.group(3) == null) {
            html(exchange, run(lineage.get()).page("events"));
        } else {
            follow(exchange, lineage.get());
        }
    }

    private boolean isToken(String word) {
        return MessageDigest.isEqual(token, word.getBytes(UTF_8));
    }

    private LiveReport run(String lineage) {
        return new LiveReport(store, address, lineage, temporal);
    }

    private void follow(HttpExchange exchange, String lineage) throws IOException {
        if (!followers.tryAcquire()) {
            text(exchange, 503, "Too many pages are open.");
            return;
        }
        try {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            LiveReport run = run(lineage);
            run.after(seen(exchange));
            send(exchange.getResponseBody(), run);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            followers.release();
        }
    }

    /// The last iteration that the page shows. The browser sends it by itself (`Last-Event-ID`) when it reconnects.
    private static int seen(HttpExchange exchange) {
        String id = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        String query = Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
        String number = id != null ? id : query.replaceFirst("^after=", "");
        return number.matches("\\d{1,9}") ? Integer.parseInt(number) : 0;
    }

    private static void send(OutputStream out, LiveReport run) throws IOException, InterruptedException {
        write(out, "retry: %d\n\n".formatted(2 * LOOK.toMillis()));
        for (int looks = 0; ; looks++) {
            Optional<LiveReport.News> news = latest(run);
            if (news.isPresent()) {
                write(out, event(news.get()));
            } else if (looks % LOOKS_A_SIGN == 0) {
                write(out, ": still here\n\n");
            }
            Thread.sleep(LOOK);
        }
    }

    /// What is new; empty also while the store cannot be read: the page keeps what it shows.
    private static Optional<LiveReport.News> latest(LiveReport run) {
        try {
            return run.news();
        } catch (StoreException e) {
            log.warn("the live view could not read the store: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static String event(LiveReport.News news) {
        return switch (news) {
            case LiveReport.Fresh(int iteration, String json) ->
                "event: news\nid: %d\ndata: %s\n\n".formatted(iteration, json);
            case LiveReport.Reload() -> "event: reload\ndata: now\n\n";
        };
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(UTF_8));
        out.flush();
    }

    private static void html(HttpExchange exchange, byte[] page) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
        exchange.sendResponseHeaders(200, page.length);
        exchange.getResponseBody().write(page);
    }

    private static void text(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = (text + "\n").getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
