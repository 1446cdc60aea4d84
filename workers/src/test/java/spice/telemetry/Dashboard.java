package spice.telemetry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The metrics that the Grafana dashboard queries, and those that processes offer.
public final class Dashboard {
    private static final Path FILE = Path.of("..", "infra", "grafana", "spice.json");
    private static final Pattern NAME = Pattern.compile("\\b(?:spice|temporal|jvm|process|system)_[a-z0-9_]+");
    private static final ObjectMapper JSON = new ObjectMapper();

    private Dashboard() {}

    /// Names of all metrics in the dashboard's expressions.
    public static Set<String> metrics() throws IOException {
        JsonNode dashboard = JSON.readTree(FILE.toFile());
        return Stream.concat(
                        dashboard.findValues("expr").stream(),
                        dashboard.at("/templating/list").findValues("query").stream())
                .flatMap(text -> NAME.matcher(text.asText()).results())
                .map(found -> found.group())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// Names of all metrics that processes offer whose addresses lie in this folder.
    public static Set<String> scraped(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.toString().endsWith(".json")).toList();
        }
        Set<String> names = new TreeSet<>();
        for (Path file : files) {
            String address = JSON.readTree(file.toFile()).at("/0/targets/0").asText();
            try (var answer =
                    URI.create("http://%s/metrics".formatted(address)).toURL().openStream()) {
                new String(answer.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> !line.startsWith("#"))
                        .map(line -> line.split("[{ ]", 2)[0])
                        .forEach(names::add);
            }
        }
        return names;
    }
}
