package spice.local;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// The ports of the local stack.
final class Ports {
    private Ports() {}

    /// Below those that the kernel hands out (32768 and up on Linux): a server that is down for a moment must find
    /// its port again, and no outgoing connection may have got it meanwhile.
    private static final int FIRST = 10_000;

    private static final int LAST = 32_767;
    private static final int TRIES = 1_000;

    /// Ports of the loopback address that are free now, drawn at random so that two programs that look at the same
    /// time seldom find the same.
    static List<Integer> free(int count) {
        List<Integer> ports = ThreadLocalRandom.current()
                .ints(FIRST, LAST + 1)
                .distinct()
                .limit(TRIES)
                .filter(Ports::isFree)
                .limit(count)
                .boxed()
                .toList();
        if (ports.size() < count) {
            throw new UserError("no port of the loopback address can be had between %d and %d".formatted(FIRST, LAST));
        }
        return ports;
    }

    private static boolean isFree(int port) {
        try {
            requireBindable(port);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void requireBindable(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            // Connections of a server that has just ended may linger on the port without holding it.
            socket.setReuseAddress(true);
            socket.bind(LocalSettings.loopback(port));
        }
    }

    /// @param user who needs it, e.g. `the S3 server`
    /// @param setting the variable that names another port
    /// @throws UserError if somebody has the port
    static void requireFree(int port, String user, String setting) {
        try {
            requireBindable(port);
        } catch (IOException e) {
            String holder = Holder.ofPort(port).map(Holder::toString).orElse("another program");
            throw new UserError(
                    "port %d, which %s needs, is taken by %s. Stop that, or set %s to a free port."
                            .formatted(port, user, holder, setting),
                    e);
        }
    }
}
