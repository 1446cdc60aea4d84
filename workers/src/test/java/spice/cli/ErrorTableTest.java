package spice.cli;

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
import spice.program.ExitCode;
import spice.runs.Failure;

/// Checks the table of errors in `docs/failures.md` against the code: a test provokes each error.
class ErrorTableTest {
    private static final Pattern CODE = Pattern.compile("`([^`]*)`");

    private static List<String> page;

    @BeforeAll
    static void read() throws IOException {
        page = Files.readAllLines(Path.of("../docs/failures.md"));
    }

    private record Row(String happens, String read, String remedy, String exitCodes, String tests) {}

    private static List<List<String>> cells(int columns) {
        return page.stream()
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
                // Rows in bold are headings.
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

    /// Every run of three words or more that the user reads occurs in the program or in a test that the row names.
    /// Words in italics are the table's own and are not searched.
    @Test
    void whatIsReadIsWhatTheProgramSays() throws IOException {
        Map<String, String> tests = tests();
        String program = sources("src/main").values().stream()
                        .map(ErrorTableTest::inOnePiece)
                        .collect(Collectors.joining("\n"))
                + inOnePiece(Files.readString(Path.of("../spice")))
                + inOnePiece(Files.readString(Path.of("../infra/temporal-server/get")));
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

    /// A source's text with concatenated strings joined and quotes unescaped.
    private static String inOnePiece(String source) {
        return source.replaceAll("\"\\s*\\+\\s*\"", "").replace("\\\"", "\"").replace("`", "");
    }

    /// Runs of three words or more between names, numbers and reasons.
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

    /// Text of each test class of all modules, with that of its superclass.
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

    /// Text of each class below this folder in all modules.
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
