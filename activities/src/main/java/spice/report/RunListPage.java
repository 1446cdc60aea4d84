package spice.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.stream.Collectors;

/// The page that lists the runs, in descending order of name. A run's name contains no character that is special in
/// HTML.
public final class RunListPage {
    private RunListPage() {}

    /// The page, which must be sent with the policy [LiveReport#policy].
    public static byte[] of(List<String> lineages) {
        String list = lineages.reversed().stream()
                .map(lineage -> "<li><a href=\"%s/\">%s</a></li>".formatted(lineage, lineage))
                .collect(Collectors.joining("\n"));
        return """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <title>Runs · SPICE</title>
                <style>{{style}}</style>
                </head>
                <body>
                <header>
                <p class="product">SPICE self-play</p>
                <h1>Runs</h1>
                </header>
                <main>
                {{runs}}
                </main>
                </body>
                </html>
                """.replace("{{style}}", ReportPage.STYLE)
                .replace(
                        "{{runs}}",
                        lineages.isEmpty() ? "<p>None yet.</p>" : "<ul class=\"runs\">\n%s\n</ul>".formatted(list))
                .getBytes(UTF_8);
    }
}
