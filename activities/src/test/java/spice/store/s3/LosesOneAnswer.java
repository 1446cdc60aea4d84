package spice.store.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

/// A proxy that forwards everything, except that it closes the connection in place of the answer to the first
/// request of one kind.
final class LosesOneAnswer implements AutoCloseable {
    private final URI server;
    private final String request;
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicBoolean lost = new AtomicBoolean();

    /// @param request the beginning of the request line whose answer gets lost
    LosesOneAnswer(URI server, String request) throws IOException {
        this.server = server;
        this.request = request;
        threads.execute(this::accept);
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    boolean lost() {
        return lost.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket upstream = new Socket(server.getHost(), server.getPort());
                AtomicBoolean unlucky = new AtomicBoolean();
                threads.execute(() -> pass(client, upstream, bytes -> {
                    if (bytes.startsWith(request)) {
                        unlucky.set(true);
                    }
                    return true;
                }));
                threads.execute(() -> pass(
                        upstream,
                        client,
                        bytes -> !(unlucky.get()
                                && bytes.startsWith("HTTP/1.1 200")
                                && lost.compareAndSet(false, true))));
            }
        } catch (IOException e) {
            // The listener was closed.
        }
    }

    private interface Gate {
        boolean lets(String bytes);
    }

    private static void pass(Socket from, Socket to, Gate gate) {
        byte[] buffer = new byte[1 << 16];
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (!gate.lets(new String(buffer, 0, n, ISO_8859_1))) {
                    return;
                }
                out.write(buffer, 0, n);
            }
        } catch (IOException e) {
            // The other direction has hung up.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
    }
}
