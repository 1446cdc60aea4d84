package spice.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitedJvmTest {
    private static final LimitedJvm SMALL = new LimitedJvm(32, Duration.ofSeconds(2), Duration.ofMinutes(2));

    @TempDir
    Path folder;

    /// A program for tests: `Program FOLDER WHAT`.
    static final class Program {
        private Program() {}

        static void main(String[] arguments) throws IOException {
            switch (arguments[1]) {
                case "environment" ->
                    Files.writeString(
                            Path.of(arguments[0], "environment"),
                            String.join(" ", System.getenv().keySet()));
                case "memory" -> {
                    List<byte[]> all = new ArrayList<>();
                    while (true) {
                        all.add(new byte[1 << 20]);
                    }
                }
                case "endless" -> {
                    while (true) {
                        Thread.onSpinWait();
                    }
                }
                case "exit" -> System.exit(Integer.parseInt(arguments[2]));
                default -> throw new IllegalArgumentException(arguments[1]);
            }
        }
    }

    private String death(String... what) {
        List<String> arguments = new ArrayList<>(List.of(folder.toString()));
        arguments.addAll(List.of(what));
        return SMALL.run(Program.class, folder, arguments).orElse("none");
    }

    @Test
    void aProgramThatEndsHasLeftItsResultAndSawNoKeyOfOurs() throws IOException {
        assertThat(death("environment")).isEqualTo("none");
        // The shell sets some of its own.
        assertThat(folder.resolve("environment"))
                .content()
                .satisfies(names -> assertThat(names.split(" "))
                        .isSubsetOf(
                                "MALLOC_ARENA_MAX",
                                "HOME",
                                "DJL_CACHE_DIR",
                                "ENGINE_CACHE_DIR",
                                "PWD",
                                "OLDPWD",
                                "SHLVL",
                                "_"));
        assertThat(System.getenv()).containsKey("PATH");
    }

    @Test
    void memoryAndTimeAreBounded() {
        assertThat(death("memory")).isEqualTo("it takes more than 32 MB of memory");
        assertThat(death("endless")).isEqualTo("it is not done after 2 s");
    }

    /// 134 is SIGABRT, by which a crashed JVM ends. 137 is SIGKILL, and 1 is what every uncaught exception gives.
    @Test
    void aCrashIsTheInputsDoingAndASignalFromOutsideIsNot() {
        assertThat(death("exit", "134")).isEqualTo("the process that reads it dies with exit code 134");
        assertThatThrownBy(() -> death("exit", "137"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Program ended with exit code 137");
        assertThatThrownBy(() -> death("nonsense"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("IllegalArgumentException: nonsense");
    }
}
