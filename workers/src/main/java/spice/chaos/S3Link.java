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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The line between the workers and the S3 server: an HTTP proxy that can be bad in four ways. It also sees which
/// steps were begun, since a step asks for its result before it works.
final class S3Link implements AutoCloseable {
    /// How the line is.
    enum State {
        GOOD,
        /// Connections are cut off as soon as they are made.
        REFUSING,
        /// A few kilobytes now and then.
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

    /// A line to the S3 server on this port of the loopback address.
    static S3Link open(int port) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        S3Link link = new S3Link(new InetSocketAddress(loopback, port), new ServerSocket(0, 64, loopback));
        Thread.ofVirtual().name("s3-link").start(link::accept);
        return link;
    }

    /// Where to send requests.
    int port() {
        return listener.getLocalPort();
    }

    /// From here on the line is like this; connections that are open break.
    void set(State next) {
        state = next;
        sockets.forEach(S3Link::reset);
    }

    /// The next upload is cut after so many bytes.
    void cutAfter(long bytes) {
        cutAfter.set(bytes);
    }

    /// Whether the cut that was asked for has been made.
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
        // The end of a request's head.
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
        // A client that is still sending would not read the answer if we hung up on it.
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

    private interface Watcher {
        void see(String bytes);
    }

    /// Passes on what comes, until either side hangs up.
    private void pump(Socket from, Socket to, Watcher watcher) {
        byte[] buffer = new byte[BUFFER];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                watcher.see(new String(buffer, 0, count, ISO_8859_1));
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

    /// One request after the other on a connection: what is asked for, and what is answered.
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
