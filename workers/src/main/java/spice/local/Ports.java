package spice.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/// The ports of the local stack.
final class Ports {
    private Ports() {}

    /// Ports of the loopback address that are free now.
    static List<Integer> free(int count) {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            List<Integer> ports =
                    sockets.stream().map(ServerSocket::getLocalPort).toList();
            for (ServerSocket socket : sockets) {
                socket.close();
            }
            return ports;
        } catch (IOException e) {
            throw new UserError("no port of the loopback address can be had (%s)".formatted(e.getMessage()), e);
        }
    }

    /// @param user who needs it, e.g. `the S3 server`
    /// @param setting the variable that names another port
    /// @throws UserError if somebody has the port
    static void requireFree(int port, String user, String setting) {
        try (ServerSocket socket = new ServerSocket()) {
            // Connections of a server that has just ended may linger on the port without holding it.
            socket.setReuseAddress(true);
            socket.bind(LocalSettings.loopback(port));
        } catch (IOException e) {
            String holder = Holder.ofPort(port).map(Holder::toString).orElse("another program");
            throw new UserError(
                    "port %d, which %s needs, is taken by %s. Stop that, or set %s to a free port."
                            .formatted(port, user, holder, setting),
                    e);
        }
    }
}
