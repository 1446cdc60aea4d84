package spice.local;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import spice.processes.Holder;
import spice.program.UserError;

/// Finds and checks TCP ports of the loopback address.
final class Ports {
    private Ports() {}

    /// Our ports lie below those that the kernel gives to outgoing connections (32768 and up on Linux): a server
    /// that restarts must find its port still free.
    static final int FIRST = 10_000;

    static final int LAST = 32_767;
    private static final int TRIES = 1_000;

    /// Different ports that are free now. They are drawn at random, so that two programs that look at the same time
    /// rarely get the same port.
    ///
    /// @throws UserError if there are too few
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
            // Old connections of a server that has just ended may linger; they do not hold the port.
            socket.setReuseAddress(true);
            socket.bind(LocalSettings.loopback(port));
        }
    }

    /// Returns if the port is free.
    ///
    /// @param user what needs the port, e.g. `the S3 server`
    /// @param setting environment variable that selects another port
    /// @throws UserError if the port is taken
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
