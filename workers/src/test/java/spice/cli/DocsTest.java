package spice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import spice.settings.SettingsTable;

/// Checks the README and the pages under `docs` against the program, their length limits and each other.
class DocsTest {
    private static final Path ROOT = Path.of("..");
    private static final Path DOCS = ROOT.resolve("docs");

    private static final int README_LINES = 190;
    private static final int PAGE_LINES = 200;

    /// The target of a Markdown link or picture: a path, perhaps with an anchor.
    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]*)(?:#([^)\\s]*))?\\)");

    private static final Pattern PAGE = Pattern.compile("docs/[\\w/-]+\\.md");

    @Test
    void theSettingsPageIsWhatTheProgramPrints() throws IOException {
        assertThat(Files.readAllLines(DOCS.resolve("settings.md")).stream().dropWhile(line -> !line.startsWith("## ")))
                .as("write what `./spice settings` prints into docs/settings.md, below its introduction")
                .containsExactlyElementsOf(SettingsTable.lines());
    }

    /// The README shows the settings that people turn most, with its own words in the last column.
    @Test
    void theReadmeShowsSettingsWithTheirValues() throws IOException {
        List<String> known =
                SettingsTable.lines().stream().map(DocsTest::nameAndValues).toList();

        assertThat(Files.readAllLines(ROOT.resolve("README.md")).stream()
                        .dropWhile(line -> !line.equals("## Settings"))
                        .filter(line -> line.startsWith("| `"))
                        .map(DocsTest::nameAndValues))
                .as("name and presets' values in the README's table of settings")
                .isNotEmpty()
                .isSubsetOf(known);
    }

    /// A row of settings without what it is.
    private static String nameAndValues(String row) {
        return Arrays.stream(row.split("\\|")).limit(5).collect(Collectors.joining("|"));
    }

    @Test
    void theCommandsPageNamesEveryCommand() throws IOException {
        String text = Files.readString(DOCS.resolve("commands.md"));

        assertThat(Spice.commandLine().getSubcommands().keySet())
                .allSatisfy(command -> assertThat(text).containsPattern("spice [a-z|-]*\\b%s\\b".formatted(command)));
    }

    @Test
    void everyPageCanBeReadInOneSitting() throws IOException {
        assertThat(Files.readAllLines(ROOT.resolve("README.md")))
                .as("lines of README.md: move details to a page under docs")
                .hasSizeLessThanOrEqualTo(README_LINES);
        for (Path page : below(DOCS)) {
            assertThat(Files.readAllLines(page))
                    .as("lines of %s: split the page by subject", page)
                    .hasSizeLessThanOrEqualTo(PAGE_LINES);
        }
    }

    @Test
    void theIndexListsEveryPage() throws IOException {
        String index = Files.readString(DOCS.resolve("README.md"));
        String log = Files.readString(DOCS.resolve("LOG.md"));

        for (Path page : below(DOCS)) {
            String link = "](%s)".formatted(DOCS.relativize(page));
            assertThat(link.contains("log/") ? log : link.equals("](README.md)") ? link : index)
                    .as("the index in docs/README.md, or in docs/LOG.md for the log's own pages")
                    .contains(link);
        }
    }

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        for (Path page : pages()) {
            String text = Files.readString(page);
            for (var link : LINK.matcher(text).results().toList()) {
                if (link.group(1).contains("://")) {
                    continue;
                }
                Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
                assertThat(target).as("a link in %s", page).exists();
                if (link.group(2) != null) {
                    assertThat(anchors(target))
                            .as("a link in %s to a heading", page)
                            .contains(link.group(2));
                }
            }
        }
    }

    @Test
    void everyPageThatTheSourcesNameIsThere() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path folder : modules.map(module -> module.resolve("src"))
                    .filter(Files::isDirectory)
                    .toList()) {
                sources.addAll(files(folder, ".java"));
            }
        }
        for (Path source : sources) {
            assertThat(PAGE.matcher(Files.readString(source)).results())
                    .as("pages that %s names", source)
                    .allSatisfy(page -> assertThat(ROOT.resolve(page.group())).exists());
        }
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(below(DOCS));
        pages.add(ROOT.resolve("README.md"));
        pages.add(ROOT.resolve("CONTRIBUTING.md"));
        pages.addAll(below(ROOT.resolve("infra")));
        pages.addAll(below(ROOT.resolve("models")));
        return pages;
    }

    private static List<Path> below(Path folder) throws IOException {
        return files(folder, ".md");
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    /// The anchors that GitHub gives a page's headings.
    private static List<String> anchors(Path page) throws IOException {
        return Files.readAllLines(page).stream()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }
}
