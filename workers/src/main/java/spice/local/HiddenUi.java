package spice.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.net.URI;
import java.util.List;
import spice.store.Json;

/// Where the Temporal UI of a stack listens behind its [UiDoor]: an address and a port of the loopback network,
/// drawn from a secret of the stack. A web page cannot find it: there are 2^38 such places. Programs of this
/// machine's users can.
///
/// @param host an address of 127.0.0.0/8, all of which belongs to this machine
record HiddenUi(String host, int port) {
    private static final BigInteger BYTE = BigInteger.valueOf(254);
    private static final BigInteger PORTS = BigInteger.valueOf(Ports.LAST - Ports.FIRST + 1);

    /// The place of this stack's UI, which stays the same from start to start.
    ///
    /// @throws spice.program.UserError if the secret cannot be read or made
    static HiddenUi of(LocalSettings settings) {
        String secret = SecretFile.open(settings.uiSecret(), List.of()).getFirst();
        return of(new BigInteger(Json.sha256(secret.getBytes(UTF_8)), 16));
    }

    /// The place that this number names.
    static HiddenUi of(BigInteger secret) {
        BigInteger[] port = secret.divideAndRemainder(PORTS);
        BigInteger[] first = port[0].divideAndRemainder(BYTE);
        BigInteger[] second = first[0].divideAndRemainder(BYTE);
        int last = second[0].mod(BYTE).intValue();
        // No part is 0 or 255, and none of it is 127.0.0.1.
        return new HiddenUi(
                "127.%d.%d.%d".formatted(first[1].intValue() + 1, second[1].intValue() + 1, last + 1),
                Ports.FIRST + port[1].intValue());
    }

    URI address() {
        return URI.create("http://%s:%d".formatted(host, port));
    }
}
