package spice.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An HTTP proxy between the workers and the S3 server that can disturb their connections in four ways: the states
/// other than good, and a cut in an upload. It also counts which steps were begun, since a step asks for its result
/// before it works.
final class S3Link implements AutoCloseable {
    /// How the proxy treats connections.
    enum State {
        GOOD,
        /// Connections are cut off as soon as they are made.
        REFUSING,
        /// Passes on 16 KiB at most every 60 ms.
        SLOW,
        /// Each request is answered 503.
        UNAVAILABLE
    }

    private static final int BUFFER = 16 << 10;
    private static final long SLOWNESS_MILLIS = 60;
    private static final Pattern REQUEST = Pattern.compile("([A-Z]+) (?:http://[^/ ]+)?/[^/ ]+/(index/[^ ?]+)[ ?]");
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3})");
    private static final byte[] BUSY = """
            HTTP/1.1 503 Service Unavailable\r
            Content-Type: application/xml\r
            Content-Length: 100\r
            Connection: close\r
            \r
            """.getBytes(ISO_8859_1);
    private static final String BUSY_BODY =
            "<Error><Code>ServiceUnavailable</Code><Message>the line is being disturbed</Message></Error>";
    private static final long NEVER = Long.MAX_VALUE;

    private final InetSocketAddress server;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> begun = new ConcurrentHashMap<>();
    private final AtomicLong cutAfter = new AtomicLong(NEVER);
    private volatile State state = State.GOOD;

    private S3Link(InetSocketAddress server, ServerSocket listener) {
        this.server = server;
        this.listener = listener;
    }

    /// A proxy on a free port, to the S3 server on this port of the loopback address.
    static S3Link open(int port) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        S3Link link = new S3Link(new InetSocketAddress(loopback, port), new ServerSocket(0, 64, loopback));
        Thread.ofVirtual().name("s3-link").start(link::accept);
        return link;
    }

    /// The port of the proxy.
    int port() {
        return listener.getLocalPort();
    }

    /// Changes the state, and resets all open connections.
    void set(State next) {
        state = next;
        sockets.forEach(S3Link::reset);
    }

    /// Cuts the next request that sends more than this many bytes.
    void cutAfter(long bytes) {
        cutAfter.set(bytes);
    }

    /// Whether the last cut that was asked for has been made.
    boolean hasCut() {
        return cutAfter.get() == NEVER;
    }

    /// How often each step's work was begun, by the key of its result.
    Map<String, Integer> begun() {
        return Map.copyOf(begun);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                sockets.add(client);
                Thread.ofVirtual().name("s3-link").start(() -> serve(client));
            } catch (IOException e) {
                // Closed, or the client has gone already.
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            switch (state) {
                case REFUSING -> reset(client);
                case UNAVAILABLE -> answerBusy(client);
                case GOOD, SLOW -> connect(client);
            }
        } catch (IOException e) {
            // Either side has hung up.
        } finally {
            sockets.remove(client);
        }
    }

    private static void answerBusy(Socket client) throws IOException {
        InputStream in = client.getInputStream();
        // Read until the blank line that ends the request's head.
        int blank = 0;
        while (blank < 4) {
            int next = in.read();
            if (next < 0) {
                return;
            }
            int wanted = blank % 2 == 0 ? '\r' : '\n';
            blank = next == wanted ? blank + 1 : next == '\r' ? 1 : 0;
        }
        OutputStream out = client.getOutputStream();
        out.write(BUSY);
        out.write("%-100s".formatted(BUSY_BODY).getBytes(ISO_8859_1));
        out.flush();
        client.shutdownOutput();
        // A client that is still sending reads the answer only if we do not hang up first.
        client.setSoTimeout(1000);
        in.transferTo(OutputStream.nullOutputStream());
    }

    private void connect(Socket client) throws IOException {
        try (Socket upstream = new Socket()) {
            upstream.connect(server);
            sockets.add(upstream);
            Exchange exchange = new Exchange();
            Thread back =
                    Thread.ofVirtual().name("s3-link-back").start(() -> pump(upstream, client, exchange::answered));
            pump(client, upstream, bytes -> {
                exchange.sent(bytes);
                if (exchange.sentBytes() > cutAfter.get()) {
                    cutAfter.set(NEVER);
                    reset(client);
                    reset(upstream);
                }
            });
            back.join();
            sockets.remove(upstream);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Passes on all bytes until either side hangs up.
    ///
    /// @param watcher sees the bytes first, as ISO 8859-1
    private void pump(Socket from, Socket to, Consumer<String> watcher) {
        byte[] buffer = new byte[BUFFER];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                watcher.accept(new String(buffer, 0, count, ISO_8859_1));
                if (state == State.SLOW) {
                    Thread.sleep(SLOWNESS_MILLIS);
                }
                out.write(buffer, 0, count);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            reset(to);
            reset(from);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The current request of a connection and its answer.
    private final class Exchange {
        private String wanted = "";
        private long sent;

        synchronized void sent(String bytes) {
            if (sent == 0) {
                Matcher request = REQUEST.matcher(bytes);
                wanted = request.lookingAt() && request.group(1).equals("GET") ? request.group(2) : "";
            }
            sent += bytes.length();
        }

        synchronized long sentBytes() {
            return sent;
        }

        synchronized void answered(String bytes) {
            Matcher status = STATUS.matcher(bytes);
            if (status.lookingAt() && status.group(1).equals("404") && !wanted.isEmpty()) {
                begun.merge(wanted, 1, Integer::sum);
            }
            wanted = "";
            sent = 0;
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // It is closed already.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        sockets.forEach(S3Link::reset);
    }
}
