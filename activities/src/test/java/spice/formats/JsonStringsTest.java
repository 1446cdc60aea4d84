package spice.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import spice.domain.Repair;

/// Texts in a model's JSON are read as the model means them.
class JsonStringsTest {
    private static final Set<String> KEYS = Set.of("question");

    static Stream<Arguments> cases() throws IOException {
        try (InputStream in = JsonStringsTest.class.getResourceAsStream("strings.txt")) {
            String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return all
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("# "))
                    .map(line -> line.split(" => ", 2))
                    .map(Arguments::of)
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aTextIsReadAsItIsMeant(String given, String meant) {
        assertThat(read(given)).isEqualTo(meant);
    }

    /// A reply that is right as JSON and means the same is read as the same.
    @ParameterizedTest
    @MethodSource("cases")
    void whatIsMeantSurvivesAWayAsProperJson(String given, String meant) {
        String proper = meant.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("⏎", "\\n")
                .replace("⇥", "\\t");
        assertThat(read(proper)).isEqualTo(meant);
    }

    @Test
    void aBackslashThatWasMissingIsCountedAsARepair() {
        assertThat(parse("\\times").repairs()).isEqualTo(List.of(Repair.ESCAPES));
        assertThat(parse("\\\\times").repairs()).isEmpty();
        assertThat(parse("one\\nTwo").repairs()).isEmpty();
    }

    private static String read(String text) {
        return parse(text)
                .text("question")
                .replace("\r\n", "⏎")
                .replace("\n", "⏎")
                .replace("\t", "⇥");
    }

    private static JsonReply parse(String text) {
        return JsonReply.parse("{\"question\": \"%s\"}".formatted(text), KEYS, KEYS);
    }
}
