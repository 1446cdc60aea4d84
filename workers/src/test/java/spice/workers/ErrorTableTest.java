package spice.workers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import spice.workflows.Failure;

/// That what `docs/operating.md` says about errors is so: each is provoked by a test that there is.
class ErrorTableTest {
    private static final Pattern CODE = Pattern.compile("`([^`]*)`");

    private static List<String> section;

    @BeforeAll
    static void read() throws IOException {
        section = Files.readAllLines(Path.of("../docs/operating.md")).stream()
                .dropWhile(line -> !line.equals("## What goes wrong"))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .toList();
    }

    private record Row(String happens, String read, String remedy, String exitCodes, String tests) {}

    private static List<List<String>> cells(int columns) {
        return section.stream()
                .filter(line -> line.startsWith("| "))
                .map(line -> Arrays.stream(line.substring(1, line.length() - 1).split("(?<!\\\\)\\|", -1))
                        .map(String::strip)
                        .toList())
                .filter(cells -> cells.size() == columns)
                .skip(1)
                .toList();
    }

    private static List<Row> rows() {
        return cells(5).stream()
                // The others are headings.
                .filter(cells -> !cells.getFirst().startsWith("**"))
                .map(cells -> new Row(cells.get(0), cells.get(1), cells.get(2), cells.get(3), cells.get(4)))
                .toList();
    }

    @Test
    void everyRowNamesATestThatProvokesIt() throws IOException {
        Map<String, String> sources = tests();
        assertThat(rows()).hasSizeGreaterThan(40).allSatisfy(row -> {
            List<String> tests = codes(row.tests());
            assertThat(tests).as("tests of \"%s\"", row.happens()).isNotEmpty().allSatisfy(test -> {
                String[] parts = test.split("\\.");
                assertThat(parts).hasSize(2);
                assertThat(sources).containsKey(parts[0]);
                assertThat(sources.get(parts[0])).containsPattern("\\bvoid %s\\(".formatted(parts[1]));
            });
            assertThat(row.read()).isNotEmpty();
            assertThat(row.remedy()).isNotEmpty();
        });
    }

    /// Of what is read, each stretch of three words or more stands in the program or in a test that the row names.
    /// What is put in words of the table's own is in italics.
    @Test
    void whatIsReadIsWhatTheProgramSays() throws IOException {
        Map<String, String> tests = tests();
        String program = sources("src/main").values().stream()
                        .map(ErrorTableTest::inOnePiece)
                        .collect(Collectors.joining("\n"))
                + inOnePiece(Files.readString(Path.of("../spice")))
                + inOnePiece(Files.readString(Path.of("../infra/temporal-server/build")));
        assertThat(rows()).allSatisfy(row -> {
            String provoked = codes(row.tests()).stream()
                    .map(test -> inOnePiece(tests.get(test.split("\\.")[0])))
                    .collect(Collectors.joining("\n"));
            assertThat(stretches(row.read()))
                    .as("what is read when %s", row.happens())
                    .allSatisfy(stretch -> assertThat(program.contains(stretch) || provoked.contains(stretch))
                            .as(stretch)
                            .isTrue());
        });
    }

    /// A source's text with strings that are put together joined, and as people read it.
    private static String inOnePiece(String source) {
        return source.replaceAll("\"\\s*\\+\\s*\"", "").replace("\\\"", "\"").replace("`", "");
    }

    /// What stands between names, numbers and reasons, if it is three words or more.
    private static List<String> stretches(String read) {
        return Stream.of(read.replace("`", "").split("…|; |: |, |\\(|\\)|\\*[^*]*\\*|\\d+"))
                .map(stretch -> stretch.replaceAll("^[ .]+|[ .]+$", ""))
                .filter(stretch -> stretch.split(" ").length > 2)
                .toList();
    }

    @Test
    void everyNamedFailureStandsInIt() {
        assertThat(rows().stream().flatMap(row -> codes(row.happens()).stream()))
                .containsAll(Arrays.stream(Failure.values()).map(Enum::name).toList());
    }

    @Test
    void everyExitCodeStandsInIt() {
        Set<String> ours = new TreeSet<>(Arrays.stream(ExitCode.class.getDeclaredFields())
                .filter(field -> field.getType() == int.class)
                .map(ErrorTableTest::value)
                .toList());
        assertThat(cells(2)).extracting(cells -> cells.get(0)).containsAll(ours);
        assertThat(rows().stream()
                        .flatMap(row -> Stream.of(row.exitCodes().split(", ")))
                        .filter(code -> !code.equals("–")))
                .allSatisfy(code -> assertThat(ours).contains(code));
    }

    private static String value(Field constant) {
        try {
            return constant.get(null).toString();
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> codes(String cell) {
        return CODE.matcher(cell).results().map(match -> match.group(1)).toList();
    }

    /// The text of each test class of all modules, with that of what it extends.
    private static Map<String, String> tests() throws IOException {
        Map<String, String> sources = sources("src/test");
        Map<String, String> whole = new TreeMap<>();
        sources.forEach((name, text) -> {
            Matcher parent =
                    Pattern.compile("class %s extends (\\w+)".formatted(name)).matcher(text);
            whole.put(name, parent.find() ? text + sources.getOrDefault(parent.group(1), "") : text);
        });
        return whole;
    }

    /// The text of each class below this folder of all modules.
    private static Map<String, String> sources(String below) throws IOException {
        Map<String, String> sources = new TreeMap<>();
        try (Stream<Path> modules = Files.list(Path.of(".."))) {
            for (Path folder : modules.map(module -> module.resolve(below).resolve("java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.walk(folder)) {
                    for (Path file : files.filter(path -> path.toString().endsWith(".java"))
                            .toList()) {
                        sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
                    }
                }
            }
        }
        return sources;
    }
}
