package spice.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.processes.Holder;
import spice.program.RawHttp;

/// What a foreign web page can do to a real Temporal server of ours, by every port that it has: nothing.
class TemporalDoorsTest {
    private static final String START = "/api/v1/namespaces/default/workflows/";
    private static final String RUN =
            "{\"workflowType\":{\"name\":\"SelfPlayRun\"},\"taskQueue\":{\"name\":\"nobody\"}}";
    private static final Pattern TOKEN = Pattern.compile("_csrf=([^;]+);");

    @TempDir
    private static Path folder;

    private static int httpPort;
    private static TestTemporal temporal;
    private static WorkflowServiceStubs stubs;

    @BeforeAll
    static void start() throws Exception {
        httpPort = TestStacks.settings(folder.resolve("home"), false).livePort();
        temporal = TestTemporal.start(
                folder.resolve("home"), Map.of(), List.of("--http-port", Integer.toString(httpPort)));
        stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(temporal.address())
                .build());
    }

    @AfterAll
    static void stop() {
        stubs.shutdownNow();
        temporal.close();
    }

    @Test
    void peopleAndOurProgramsGoInByTheUi() throws Exception {
        String host = ownHost();
        assertThat(RawHttp.ask(door(), "GET", "/", host, "")).contains("HTTP/1.1 200", "text/html", "</html>");
        assertThat(RawHttp.ask(door(), "GET", "/api/v1/namespaces", host, "")).contains("\"default\"");
        assertThat(RawHttp.status(door(), "GET", "/_app/none.js", host, "")).isEqualTo(404);

        assertThat(RawHttp.status(door(), "POST", START + "from-the-page", host + session(host) + ownOrigin(), RUN))
                .isEqualTo(200);
        assertThat(RawHttp.status(door(), "POST", START + "by-a-tunnel", "Host: localhost:9\r\n" + session(host), RUN))
                .isEqualTo(200);
        assertThat(runs()).contains("from-the-page", "by-a-tunnel");
    }

    /// The worst case: the page knows the session, too.
    @Test
    void aForeignOriginIsRefused() throws Exception {
        for (String origin : List.of("http://evil.example", "null", "http://127.0.0.1:1", "http://localhost")) {
            assertThat(RawHttp.status(
                            door(),
                            "POST",
                            START + "foreign-origin",
                            ownHost() + session(ownHost()) + "Origin: %s\r\n".formatted(origin),
                            RUN))
                    .as(origin)
                    .isEqualTo(403);
        }
        assertThat(runs()).doesNotContain("foreign-origin");
    }

    /// DNS rebinding: the page is of the same origin as the UI, and its host is a name of its own.
    @Test
    void aForeignHostIsRefused() throws Exception {
        for (String host : List.of(
                "evil.example:%d".formatted(door().getPort()),
                "127.0.0.1.evil.example",
                "localhost.evil.example:1",
                "0.0.0.0:%d".formatted(door().getPort()))) {
            String headers = "Host: %s\r\nOrigin: http://%s\r\n".formatted(host, host) + session(ownHost());
            assertThat(RawHttp.status(door(), "GET", "/api/v1/namespaces", headers, ""))
                    .as(host)
                    .isEqualTo(421);
            assertThat(RawHttp.status(door(), "POST", START + "foreign-host", headers, RUN))
                    .as(host)
                    .isEqualTo(421);
        }
        assertThat(runs()).doesNotContain("foreign-host");
    }

    /// A form of a page sends such a request, without the session. The door lets it pass; the UI wants the session.
    @Test
    void aPlainTextPostStartsNothing() throws Exception {
        assertThat(RawHttp.status(
                        door(), "POST", START + "plain-text", ownHost() + "Content-Type: text/plain\r\n", RUN))
                .isEqualTo(400);
        assertThat(runs()).doesNotContain("plain-text");
    }

    @Test
    void theHttpApiRefusesAll() throws Exception {
        InetSocketAddress api = LocalSettings.loopback(httpPort);
        for (String host : List.of("127.0.0.1:%d".formatted(httpPort), "localhost", "evil.example", "nohost")) {
            String headers = "Host: %s\r\nContent-Type: text/plain\r\n".formatted(host);
            assertThat(RawHttp.status(api, "GET", "/api/v1/namespaces", headers, ""))
                    .as(host)
                    .isEqualTo(403);
            assertThat(RawHttp.status(api, "POST", START + "blind", headers, RUN))
                    .as(host)
                    .isEqualTo(403);
        }
        // The one name that it allows is none.
        assertThat(RawHttp.status(api, "GET", "/api/v1/namespaces", "Host: no host\r\n", ""))
                .isEqualTo(400);
        assertThat(runs()).doesNotContain("blind");
    }

    /// Random ports are found in seconds, those of the HTTP API and of the server's inner services among them.
    @Test
    void noOtherPortOfTheServerStartsARun() throws Exception {
        List<Integer> ports = ports(temporal.pid());
        assertThat(ports).contains(temporal.port()).hasSizeGreaterThan(3);

        for (int port : ports) {
            InetSocketAddress server = LocalSettings.loopback(port);
            for (String host : List.of("127.0.0.1:%d".formatted(port), "localhost", "evil.example", "no host")) {
                for (String origin : List.of("", "Origin: http://evil.example\r\n")) {
                    String headers = "Host: %s\r\nContent-Type: text/plain\r\n%s".formatted(host, origin);
                    assertThat(RawHttp.status(server, "POST", START + "blind", headers, RUN))
                            .as("port %d, host %s", port, host)
                            .isNotEqualTo(200);
                    assertThat(RawHttp.ask(server, "GET", START.replaceFirst("/$", ""), headers, ""))
                            .as("port %d, host %s", port, host)
                            .doesNotContain("\"executions\"");
                }
            }
        }
        assertThat(runs()).doesNotContain("blind");

        WorkflowClient.newInstance(stubs)
                .newUntypedWorkflowStub(
                        "SelfPlayRun",
                        WorkflowOptions.newBuilder()
                                .setTaskQueue("nobody")
                                .setWorkflowId("by-grpc")
                                .build())
                .start();
        assertThat(runs()).contains("by-grpc");
    }

    /// The UI itself answers to everybody who finds it, and so must not lie at an address that pages try.
    @Test
    void theUiItselfIsNotWherePagesLook() throws Exception {
        HiddenUi ui = temporal.hiddenUi();

        assertThat(ui.host()).startsWith("127.").isNotEqualTo("127.0.0.1");
        assertThat(ports(temporal.pid())).doesNotContain(ui.port(), door().getPort());
        assertThat(RawHttp.status(new InetSocketAddress(ui.host(), ui.port()), "GET", "/", ownHost(), ""))
                .isEqualTo(200);
    }

    private static InetSocketAddress door() {
        return LocalSettings.loopback(temporal.ui().getPort());
    }

    private static String ownHost() {
        return "Host: 127.0.0.1:%d\r\n".formatted(door().getPort());
    }

    private static String ownOrigin() {
        return "Origin: http://127.0.0.1:%d\r\n".formatted(door().getPort());
    }

    /// The cookie and the header of a page of the UI.
    private static String session(String host) throws IOException {
        Matcher token = TOKEN.matcher(RawHttp.ask(door(), "GET", "/", host, ""));
        assertThat(token.find()).isTrue();
        return "Content-Type: application/json\r\nCookie: _csrf=%1$s\r\nX-CSRF-Token: %1$s\r\n"
                .formatted(token.group(1));
    }

    /// The ports of 127.0.0.1 on which a process listens, as Linux writes them.
    private static List<Integer> ports(long pid) throws IOException {
        Pattern listening = Pattern.compile("0100007F:(\\p{XDigit}{4}) 00000000:0000 0A");
        try (Stream<String> sockets = Files.lines(Path.of("/proc/net/tcp"))) {
            return sockets.map(listening::matcher)
                    .filter(Matcher::find)
                    .map(found -> Integer.parseInt(found.group(1), 16))
                    .filter(port -> Holder.ofPort(port)
                            .filter(holder -> holder.pid() == pid)
                            .isPresent())
                    .toList();
        }
    }

    /// The runs that the server has, by the name that was asked for.
    private static List<String> runs() {
        return List.of(
                        "from-the-page",
                        "by-a-tunnel",
                        "foreign-origin",
                        "foreign-host",
                        "plain-text",
                        "blind",
                        "by-grpc")
                .stream()
                .filter(TemporalDoorsTest::exists)
                .toList();
    }

    private static boolean exists(String run) {
        try {
            WorkflowClient.newInstance(stubs).newUntypedWorkflowStub(run).describe();
            return true;
        } catch (WorkflowNotFoundException e) {
            return false;
        }
    }
}
