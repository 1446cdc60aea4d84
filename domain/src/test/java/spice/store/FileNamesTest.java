package spice.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import spice.domain.Seed;

class FileNamesTest {

    @Test
    void aNameInUtf8IsThatText() {
        for (String name : new String[] {"Bericht für Müller.txt", "帳簿.txt", "می‌خواهم", "a b%20c+d.txt"}) {
            assertThat(FileNames.text(name.getBytes(UTF_8))).isEqualTo(name);
        }
    }

    @Test
    void whatIsNoTextOrCannotBeSeenIsWrittenInHexadecimal() {
        assertThat(FileNames.text("f\u00FCr.txt".getBytes(ISO_8859_1))).isEqualTo("f\\xFCr.txt");
        assertThat(FileNames.text("a\nb\u001B[31m".getBytes(UTF_8))).isEqualTo("a\\x0Ab\\x1B[31m");
        assertThat(FileNames.text("txt.\u202Eexe".getBytes(UTF_8))).isEqualTo("txt.\\xE2\\x80\\xAEexe");
        assertThat(FileNames.text("a\\x0Ab".getBytes(UTF_8))).isEqualTo("a\\x5Cx0Ab");
    }

    /// Names of the bytes that the rules concern: each comes back from its text, so that no two look alike.
    @Test
    void everyNameComesBack() {
        byte[] of = "aB\\x0A5C\n\u001B\u00FC\u202E\u200D帳".getBytes(UTF_8);
        RandomGenerator random = new Seed(1).random();
        for (int i = 0; i < 20_000; i++) {
            byte[] name = new byte[random.nextInt(8)];
            for (int j = 0; j < name.length; j++) {
                name[j] = of[random.nextInt(of.length)];
            }
            assertThat(FileNames.bytes(FileNames.text(name))).isEqualTo(name);
        }
    }

    @ParameterizedTest
    @CsvSource({"c.txt", "b/c d.txt", "für/Müller.txt", "a%20b.txt", "'a?b#c;d.txt'"})
    void aPathBelowAFolderComesBack(String path) {
        Path folder = Path.of("/a folder/für");
        assertThat(FileNames.path(folder, path)).isEqualTo(folder.resolve(path));
        assertThat(FileNames.below(folder, folder.resolve(path))).isEqualTo(path);
        assertThat(FileNames.below(folder, folder)).isEmpty();
    }
}
