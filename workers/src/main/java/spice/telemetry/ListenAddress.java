package spice.telemetry;

import static spice.domain.Check.require;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Address on which a process serves its meters.
///
/// @param host name or address; any other than the loopback address is open to everybody who reaches this machine
/// @param port 0 to take a free one
public record ListenAddress(String host, int port) {
    /// The loopback address, which other machines cannot reach, on a free port.
    public static final ListenAddress LOOPBACK = new ListenAddress("127.0.0.1", 0);

    private static final Pattern FORM = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+):(\\d{1,5})");

    public ListenAddress {
        require(port >= 0 && port < 65536, "not a port: %d", port);
    }

    /// Parses `HOST:PORT`, with an IPv6 address in brackets.
    ///
    /// @throws IllegalArgumentException if the text has another form
    public static ListenAddress parse(String text) {
        Matcher parts = FORM.matcher(text);
        require(parts.matches(), "%s is not HOST:PORT, such as 127.0.0.1:9464", text);
        return new ListenAddress(parts.group(1).replaceAll("[\\[\\]]", ""), Integer.parseInt(parts.group(2)));
    }

    InetSocketAddress resolved() throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getAllByName(host)[0], port);
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[%s]:%d" : "%s:%d").formatted(host, port);
    }
}
