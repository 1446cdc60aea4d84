package spice.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `spice logs` and `spice down` as processes of their own, where no stack runs.
class LogsCommandTest {
    @TempDir
    Path folder;

    private Path log;

    @BeforeEach
    void write() throws IOException {
        log = Files.createDirectories(folder.resolve("home/logs")).resolve("gpu-worker.log");
        Files.writeString(log, "one\ntwo\nthree \u001b[2Jand\ta tab\nfour\n");
    }

    private String spice(String... arguments) throws Exception {
        return new SpiceProcess(folder, "127.0.0.1:1").says(arguments);
    }

    @Test
    void theLastLinesAreShownWithoutWhatATerminalObeys() throws Exception {
        assertThat(spice("logs", "-n", "2", "gpu-worker")).isEqualTo("0 three [2Jand\ta tab\nfour\n");
        assertThat(spice("logs", "gpu-worker")).startsWith("0 one\ntwo\n");
    }

    @Test
    void aProcessWithoutALogIsNamedWithThoseThatHaveOne() throws Exception {
        assertThat(spice("logs", "gpu-wroker"))
                .isEqualTo(
                        "2 spice: there is no log of gpu-wroker in %s; there are gpu-worker; did you mean gpu-worker?\n"
                                .formatted(log.getParent()));
        Files.delete(log);
        assertThat(spice("logs", "s3"))
                .isEqualTo("2 spice: there are no logs in %s; `spice up` starts a stack, which writes them\n"
                        .formatted(log.getParent()));
    }

    /// Also after the log was begun anew.
    @Test
    void whatIsAddedIsShown() throws Exception {
        Path said = Files.createFile(folder.resolve("followed"));
        Process following = new SpiceProcess(folder, "127.0.0.1:1")
                .start(Map.of(), SpiceProcess.command("logs", "-f", "-n", "1", "gpu-worker"), said);
        try {
            await(said, following, "four\n");
            Files.writeString(log, "five\nhalf a li", UTF_8, StandardOpenOption.APPEND);
            await(said, following, "four\nfive\n");
            Files.writeString(log, "new\n");
            await(said, following, "four\nfive\nnew\n");
        } finally {
            following.destroyForcibly().onExit().join();
        }
    }

    private static void await(Path said, Process process, String text) throws Exception {
        while (!Files.readString(said).equals(text)) {
            assertThat(process.isAlive()).as(Files.readString(said)).isTrue();
            Thread.sleep(50);
        }
    }

    @Test
    void withoutAStackThereIsNothingToEnd() throws Exception {
        assertThat(spice("down")).isEqualTo("0 no stack runs in %s\n".formatted(folder.resolve("home")));
    }
}
