package spice.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;

/// Requests in bytes on the wire, with whatever headers a browser would send for a foreign page.
public final class RawHttp {
    private static final int PATIENCE_MILLIS = 60_000;

    private RawHttp() {}

    /// The whole answer; empty if the server hangs up without one.
    ///
    /// @param headers each with its line's end, `Host` among them
    public static String ask(InetSocketAddress server, String method, String path, String headers, String body)
            throws IOException {
        try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            String length = body.isEmpty() ? "" : "Content-Length: %d\r\n".formatted(body.getBytes(UTF_8).length);
            socket.getOutputStream()
                    .write("%s %s HTTP/1.1\r\nConnection: close\r\n%s%s\r\n%s"
                            .formatted(method, path, headers, length, body)
                            .getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        } catch (SocketException e) {
            return "";
        }
    }

    /// The status of such an answer; 0 without one.
    public static int status(InetSocketAddress server, String method, String path, String headers, String body)
            throws IOException {
        String answer = ask(server, method, path, headers, body);
        return answer.startsWith("HTTP/1.") ? Integer.parseInt(answer.substring(9, 12)) : 0;
    }
}
