package spice.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.stream.Collectors;

/// The list of runs, the newest names first. A run's name has nothing in it that means anything in HTML.
final class RunsPage {
    private RunsPage() {}

    static byte[] of(List<String> lineages) {
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
                </head>
                <body>
                <main>
                <h1>Runs</h1>
                %s
                </main>
                </body>
                </html>
                """.formatted(lineages.isEmpty() ? "<p>None yet.</p>" : "<ul>\n%s\n</ul>".formatted(list))
                .getBytes(UTF_8);
    }
}
