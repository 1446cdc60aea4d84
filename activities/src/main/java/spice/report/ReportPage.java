package spice.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import spice.store.Json;

/// Builds a run's page: template, style, scripts and data in one file that loads nothing else. Texts of documents
/// and models are only in the JSON data, which the script puts on the page as text. The policy forbids other
/// scripts.
final class ReportPage {
    private static final List<String> STYLES =
            List.of("/META-INF/resources/webjars/uplot/1.6.30/dist/uPlot.min.css", "page.css");
    private static final List<String> SCRIPTS = List.of(
            "/META-INF/resources/webjars/uplot/1.6.30/dist/uPlot.iife.min.js",
            "words.js",
            "curves.js",
            "chart.js",
            "tasks.js",
            "sections.js",
            "page.js");
    private static final ObjectMapper JSON = Json.mapper();
    private static final String TEMPLATE = resource("page.html");
    static final String STYLE = all(STYLES);
    private static final String SCRIPT = all(SCRIPTS);

    private ReportPage() {}

    /// A report that is kept as a file.
    static byte[] file(ReportData data) {
        return page(data, "", policy("'none'"));
    }

    /// The live view.
    ///
    /// @param events the address of the news, relative to the page
    static byte[] live(ReportData data, String events) {
        return page(data, events, livePolicy());
    }

    /// The policy of the live view, which may connect to the server that it came from.
    static String livePolicy() {
        return policy("'self'");
    }

    private static String policy(String connections) {
        return String.join(
                "; ",
                "default-src 'none'",
                "script-src '%s'".formatted(hash(SCRIPT)),
                "style-src '%s'".formatted(hash(STYLE)),
                "connect-src " + connections,
                "base-uri 'none'",
                "form-action 'none'",
                "require-trusted-types-for 'script'",
                "trusted-types 'none'");
    }

    private static byte[] page(ReportData data, String events, String policy) {
        return TEMPLATE.replace("{{policy}}", policy)
                .replace("{{title}}", escaped(data.lineage()))
                .replace("{{events}}", escaped(events))
                .replace("{{style}}", STYLE)
                .replace("{{script}}", SCRIPT)
                .replace("{{data}}", json(data))
                .getBytes(StandardCharsets.UTF_8);
    }

    /// JSON that neither begins nor ends an HTML element.
    static String json(Object data) {
        try {
            return JSON.writeValueAsString(data)
                    .replace("<", "\\u003c")
                    .replace("\u2028", "\\u2028")
                    .replace("\u2029", "\\u2029");
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }

    private static String all(List<String> names) {
        return names.stream().map(ReportPage::resource).collect(Collectors.joining("\n"));
    }

    private static String resource(String name) {
        try (InputStream in = Optional.ofNullable(ReportPage.class.getResourceAsStream(name))
                .orElseThrow(() -> new IllegalStateException("%s is not on the class path".formatted(name)))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(String content) {
        try {
            return "sha256-"
                    + Base64.getEncoder()
                            .encodeToString(MessageDigest.getInstance("SHA-256")
                                    .digest(content.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
