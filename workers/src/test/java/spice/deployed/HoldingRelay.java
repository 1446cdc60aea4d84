package spice.deployed;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Forwards bytes in both directions, but stops the first upload that exceeds a given number of bytes until its
/// server hangs up: so a test has all the time it needs to end the server in the middle of an upload. Runs in its
/// own container, from this class file alone.
final class HoldingRelay {
    static final String ADDRESS = "relay:9234";
    static final String HOLDS = "holds an upload";

    private static final int BUFFER = 1 << 14;

    private final int holdAt;
    private final AtomicBoolean held = new AtomicBoolean();

    private HoldingRelay(int holdAt) {
        this.holdAt = holdAt;
    }

    /// `HoldingRelay HOST:PORT BYTES`.
    public static void main(String[] args) throws IOException {
        String[] server = args[0].split(":", 2);
        HoldingRelay relay = new HoldingRelay(Integer.parseInt(args[1]));
        try (ServerSocket listener = new ServerSocket(Integer.parseInt(ADDRESS.split(":", 2)[1]))) {
            while (true) {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> relay.serve(client, server[0], Integer.parseInt(server[1])));
            }
        }
    }

    private void serve(Socket client, String host, int port) {
        // A request ends where its answer begins.
        AtomicInteger length = new AtomicInteger();
        try (client;
                Socket server = new Socket()) {
            server.connect(new InetSocketAddress(host, port));
            Thread answers = Thread.ofVirtual().start(() -> passAnswers(server, client, length));
            passRequests(client, server, length, answers);
            answers.join();
        } catch (IOException e) {
            // One side has hung up.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void passRequests(Socket client, Socket server, AtomicInteger length, Thread answers)
            throws IOException, InterruptedException {
        InputStream in = client.getInputStream();
        OutputStream out = server.getOutputStream();
        byte[] buffer = new byte[BUFFER];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            if (length.addAndGet(read) > holdAt && held.compareAndSet(false, true)) {
                System.out.println(HOLDS);
                answers.join();
                throw new IOException("the server hung up");
            }
            out.write(buffer, 0, read);
            out.flush();
        }
        server.shutdownOutput();
    }

    private static void passAnswers(Socket server, Socket client, AtomicInteger length) {
        try {
            InputStream in = server.getInputStream();
            OutputStream out = client.getOutputStream();
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                length.set(0);
                out.write(buffer, 0, read);
                out.flush();
            }
            client.shutdownOutput();
        } catch (IOException e) {
            // One side has hung up.
        }
    }
}
