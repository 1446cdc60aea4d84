package spice.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Tells who asks an HTTP server on the loopback address. Any web page can have its reader's browser ask such a
/// server: the browser then names the page's Origin. A page can also point its own host name here (DNS
/// rebinding), and is of the same Origin then: the browser names that host. Programs of this machine and our own
/// pages name this machine, on any port, since a tunnel may lead from another one.
public final class LocalVisitor {
    private static final Pattern THIS_MACHINE = Pattern.compile("(127\\.0\\.0\\.1|localhost|\\[::1])(:\\d{1,5})?");

    private LocalVisitor() {}

    /// Refuses the request if a foreign web page has sent it; otherwise leaves the answer to the caller.
    ///
    /// @return whether it was refused
    public static boolean refuses(HttpExchange exchange) throws IOException {
        Headers asked = exchange.getRequestHeaders();
        List<String> hosts = asked.getOrDefault("Host", List.of());
        if (hosts.size() != 1 || !THIS_MACHINE.matcher(hosts.getFirst()).matches()) {
            refuse(exchange, 421, "This server answers to 127.0.0.1 and localhost only.");
            return true;
        }
        String page = "http://" + hosts.getFirst();
        if (Optional.ofNullable(asked.get("Origin"))
                .filter(origins -> !origins.equals(List.of(page)))
                .isPresent()) {
            refuse(exchange, 403, "This server does not answer to other pages.");
            return true;
        }
        return false;
    }

    private static void refuse(HttpExchange exchange, int status, String why) throws IOException {
        byte[] text = (why + "\n").getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, text.length);
        exchange.getResponseBody().write(text);
    }
}
