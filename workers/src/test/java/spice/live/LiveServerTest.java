package spice.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import spice.checkpoints.WrittenRun;
import spice.program.RawHttp;
import spice.report.LiveReport;
import spice.report.Standing;
import spice.store.InMemoryBlobStore;

/// Who may see a run, checked in bytes on the wire.
class LiveServerTest {
    private static final String TOKEN = "0123456789abcdef";

    private static final LiveReport.Temporal NOBODY = new LiveReport.Temporal() {
        @Override
        public Optional<Standing> standing(String lineage) {
            return Optional.empty();
        }

        @Override
        public Optional<String> page(String lineage) {
            return Optional.empty();
        }
    };

    private final InMemoryBlobStore store = new InMemoryBlobStore();
    private WrittenRun run;
    private LiveServer server;

    @BeforeEach
    void serve() throws IOException {
        run = new WrittenRun(store, "mine", "");
        run.begin();
        run.commit(1, run.corpus());
        server = LiveServer.start(
                store, "s3://spice", NOBODY, TOKEN, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private String answer(String method, String path, String headers) throws IOException {
        URI home = server.home();
        return RawHttp.ask(new InetSocketAddress(home.getHost(), home.getPort()), method, path, headers, "");
    }

    /// The first event of this name that the server sends to a page. It is asked by HTTP 1.0, so that no chunk
    /// lengths stand between the lines.
    ///
    /// @param query of the page that connects
    /// @param headers which the browser adds when it connects again
    private List<String> event(String name, String query, String headers) throws IOException {
        URI home = server.home();
        try (Socket socket = new Socket(home.getHost(), home.getPort())) {
            socket.getOutputStream()
                    .write("GET /%s/mine/events%s HTTP/1.0\r\n%s%s\r\n"
                            .formatted(TOKEN, query, host(), headers)
                            .getBytes(StandardCharsets.UTF_8));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            return in.lines()
                    .dropWhile(line -> !line.equals("event: " + name))
                    .takeWhile(line -> !line.isEmpty())
                    .toList();
        }
    }

    private String host() {
        return "Host: 127.0.0.1:%d\r\n".formatted(server.home().getPort());
    }

    @Test
    void whoHasTheTokenSeesTheRunsUnderAStrictPolicy() throws IOException {
        assertThat(answer("GET", "/" + TOKEN + "/", host())).contains("200 OK", "<a href=\"mine/\">");
        assertThat(answer("GET", "/" + TOKEN + "/mine/", host()))
                .contains(
                        "200 OK", "default-src 'none'", "frame-ancestors 'none'", "no-referrer", "saffron 1 plus 285");
    }

    @Test
    void whoHasNotSeesNothing() throws IOException {
        for (String path :
                new String[] {"/", "/mine/", "/0123456789abcdeX/mine/", "//mine/", "/mine", "/" + TOKEN + "/mine/x"}) {
            assertThat(answer("GET", path, host())).contains("404").doesNotContain("saffron");
        }
    }

    /// DNS rebinding: a foreign page whose host name was made to point here sends that name.
    @Test
    void otherHostsAreRefused() throws IOException {
        String path = "/" + TOKEN + "/mine/";
        assertThat(answer("GET", path, "Host: evil.example\r\n"))
                .contains("421")
                .doesNotContain("saffron");
        assertThat(answer("GET", path, "Host: evil.example\r\nHost: 127.0.0.1\r\n"))
                .contains("421");
        assertThat(answer(
                        "GET",
                        path,
                        "Host: localhost:%d\r\n".formatted(server.home().getPort())))
                .contains("200 OK");
        // By a tunnel from another port.
        assertThat(answer("GET", path, "Host: localhost:9000\r\n")).contains("200 OK");
    }

    @Test
    void otherPagesAreRefused() throws IOException {
        String path = "/" + TOKEN + "/mine/";
        for (String origin : List.of("http://evil.example", "null", "http://127.0.0.1:1")) {
            assertThat(answer("GET", path, host() + "Origin: %s\r\n".formatted(origin)))
                    .contains("403")
                    .doesNotContain("saffron");
        }
        assertThat(answer(
                        "GET",
                        path,
                        host()
                                + "Origin: http://127.0.0.1:%d\r\n"
                                        .formatted(server.home().getPort())))
                .contains("200 OK");
    }

    /// Also through a tunnel from another port, to which the redirection must lead as well.
    @Test
    void anAddressWithoutItsLastSlashLeadsToThePage() throws IOException {
        String tunnel = "Host: localhost:9000\r\n";
        assertThat(answer("GET", "/" + TOKEN, tunnel)).contains("302", "Location: /%s/\r\n".formatted(TOKEN));
        assertThat(answer("GET", "/" + TOKEN + "/mine", tunnel))
                .contains("302", "Location: /%s/mine/\r\n".formatted(TOKEN));
        assertThat(answer("GET", "/" + TOKEN + "/mine/", tunnel)).contains("200 OK", "saffron 1 plus 285");
    }

    /// A page that reconnects gets the iterations it missed, and its last one again, which may have been evaluated
    /// since.
    @Test
    void whoConnectsAgainGetsWhatWasMissed() throws IOException {
        run.commit(2, run.corpus());
        assertThat(event("news", "?after=1", "").get(1)).isEqualTo("id: 2");
        run.commit(3, run.corpus());
        run.commit(4, run.corpus());

        List<String> again = event("news", "?after=1", "Last-Event-ID: 2\r\n");

        assertThat(again.get(1)).isEqualTo("id: 4");
        JsonNode news = new ObjectMapper().readTree(again.get(2).substring("data: ".length()));
        assertThat(news.path("lines").findValuesAsText("iteration")).containsExactly("2", "3", "4");
    }

    @Test
    void nothingCanBeSent() throws IOException {
        assertThat(answer("POST", "/" + TOKEN + "/mine/", host() + "Content-Length: 0\r\n"))
                .contains("405");
        assertThat(answer(
                        "POST",
                        "/" + TOKEN + "/mine/",
                        host() + "Content-Type: text/plain\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\n"))
                .contains("403");
    }

    @Test
    void aNameThatIsNoRunsNameIsRefused() throws IOException {
        assertThat(answer("GET", "/" + TOKEN + "/%3Cscript%3E/", host()))
                .contains("404")
                .doesNotContain("<script>");
    }
}
