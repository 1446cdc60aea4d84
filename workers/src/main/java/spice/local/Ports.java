package spice.local;

import java.io.IOException;
import java.net.ServerSocket;

/// The ports of the local stack.
final class Ports {
    private Ports() {}

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
