package spice.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.domain.AnswerKind;
import spice.domain.Seed;
import spice.ledger.LedgerLine;
import spice.ledger.Level;
import spice.ledger.OperandSplit;

class SpiceArchiveTest {
    /// SHA-256 over names and bytes of the archive of seed 1. It changes only with an intended change of the
    /// archive, or when PDFBox, POI, jsoup or mime4j writes other bytes, never with the time, the time zone or the
    /// machine.
    private static final String SEED_1 = "470f34b5665a9248f14e144b5abbe129f53d2e6e626405c2d5f18bd38e2dc828";

    @TempDir
    static Path folder;

    @BeforeAll
    static void write() {
        SpiceArchive.write(folder.resolve("first"), new Seed(1));
    }

    @Test
    void theSameSeedGivesTheSameBytes() throws Exception {
        SpiceArchive.write(folder.resolve("second"), new Seed(1));
        assertThat(files(folder.resolve("second"))).isEqualTo(files(folder.resolve("first")));
        assertThat(digest(files(folder.resolve("first")))).isEqualTo(SEED_1);
    }

    @Test
    void holdsThreeHundredAndSixtyDocumentsOfEightFormats() throws IOException {
        Map<String, Long> training = formats(SpiceArchive.TRAINING);
        assertThat(training).containsOnlyKeys("pdf", "docx", "xlsx", "html", "epub", "eml", "md", "txt");
        assertThat(training.values()).containsOnly(40L);
        assertThat(formats(SpiceArchive.HELD_OUT).values()).containsOnly(5L).hasSize(8);
    }

    @Test
    void trainingTextsHoldEveryLevelAndNoHeldOutPair() throws IOException {
        List<List<LedgerLine>> documents = texts(SpiceArchive.TRAINING);
        assertThat(documents).hasSize(80).allSatisfy(lines -> {
            assertThat(lines).hasSizeBetween(10, 14);
            assertThat(lines.subList(0, lines.size() / 2))
                    .extracting(LedgerLine::level)
                    .contains(Level.EASY);
            assertThat(lines).extracting(LedgerLine::level).contains(Level.values());
            assertThat(lines).noneMatch(line -> OperandSplit.heldOut(line.left(), line.right()));
        });
        Map<Level, Long> levels =
                documents.stream().flatMap(List::stream).collect(groupingBy(LedgerLine::level, counting()));
        double lines = documents.stream().mapToInt(List::size).sum();
        assertThat(levels.get(Level.EASY) / lines).isBetween(0.55, 0.65);
        assertThat(levels.get(Level.SOME) / lines).isBetween(0.20, 0.30);
        assertThat(levels.get(Level.HARD) / lines).isBetween(0.12, 0.20);
    }

    @Test
    void heldOutTextsHoldHeldOutPairsAlone() throws IOException {
        assertThat(texts(SpiceArchive.HELD_OUT))
                .hasSize(10)
                .allSatisfy(lines -> assertThat(lines)
                        .hasSize(12)
                        .allMatch(line -> OperandSplit.heldOut(line.left(), line.right())));
    }

    @Test
    void questionsAreDistinctOfEqualLevelsAndStandInTheirDocuments() throws IOException {
        List<HeldOutQuestion> questions = questions();
        assertThat(questions.stream()
                        .map(question -> question.task().question())
                        .distinct())
                .hasSize(360);
        assertThat(questions.stream()
                        .collect(groupingBy(question -> question.task().difficulty(), counting())))
                .isEqualTo(Map.of("easy", 120L, "some", 120L, "hard", 120L));
        Set<String> read = new HashSet<>();
        for (HeldOutQuestion question : questions) {
            LedgerLine line =
                    LedgerLine.parse(question.task().quotes().getFirst()).orElseThrow();
            assertThat(question.task().kind()).isEqualTo(AnswerKind.INTEGER);
            assertThat(question.task().question()).isEqualTo(line.question());
            assertThat(question.task().answer()).isEqualTo(Integer.toString(line.result()));
            assertThat(question.task().difficulty()).isEqualTo(line.level().word());
            assertThat(line.result()).isEqualTo(line.operation().apply(line.left(), line.right()));
            assertThat(OperandSplit.heldOut(line.left(), line.right())).isTrue();
            if (question.source().endsWith(".txt") || question.source().endsWith(".md")) {
                read.add(question.source());
                assertThat(Files.readString(folder.resolve("first").resolve(question.source())))
                        .contains(line.text());
            }
        }
        assertThat(read).hasSize(10);
    }

    @Test
    void anotherSeedWritesAnotherArchiveAndNeverIntoAnExistingFolder() throws Exception {
        Path other = folder.resolve("other");
        SpiceArchive.write(other, new Seed(2));
        assertThat(digest(files(other))).isNotEqualTo(SEED_1);
        assertThatThrownBy(() -> SpiceArchive.write(other, new Seed(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other exists");
    }

    private static List<HeldOutQuestion> questions() throws IOException {
        ObjectMapper json = new ObjectMapper();
        try (Stream<String> lines = Files.lines(folder.resolve("first").resolve(SpiceArchive.QUESTIONS))) {
            return lines.map(line -> read(json, line)).toList();
        }
    }

    private static HeldOutQuestion read(ObjectMapper json, String line) {
        try {
            return json.readValue(line, HeldOutQuestion.class);
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    /// The ledger lines of the two formats that need no parser; [SpiceArchiveIngestTest] reads all eight.
    private static List<List<LedgerLine>> texts(String part) throws IOException {
        return files(folder.resolve("first").resolve(part)).entrySet().stream()
                .filter(file -> file.getKey().endsWith(".txt") || file.getKey().endsWith(".md"))
                .map(file -> LedgerLine.findAll(file.getValue()))
                .toList();
    }

    private static Map<String, Long> formats(String part) throws IOException {
        return files(folder.resolve("first").resolve(part)).keySet().stream()
                .collect(groupingBy(name -> name.substring(name.lastIndexOf('.') + 1), counting()));
    }

    /// The contents of files by path, one character for each byte.
    private static TreeMap<String, String> files(Path root) throws IOException {
        TreeMap<String, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.put(root.relativize(path).toString(), new String(Files.readAllBytes(path), ISO_8859_1));
            }
        }
        return files;
    }

    private static String digest(TreeMap<String, String> files) throws Exception {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        files.forEach((name, content) -> {
            sha256.update(name.getBytes(ISO_8859_1));
            sha256.update(content.getBytes(ISO_8859_1));
        });
        return HexFormat.of().formatHex(sha256.digest());
    }
}
