package spice.workers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import spice.local.UserError;
import spice.store.StoreException;

/// What the program says and which code it ends with, without starting anything.
class SpiceTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasHelpWithAnExample(String command) {
        assertThat(run(command, "--help")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("Usage: spice " + command, "Example: spice " + command);
    }

    static Stream<String> commands() {
        return Spice.commandLine().getSubcommands().keySet().stream();
    }

    @Test
    void withoutACommandItShowsWhatThereIs() {
        assertThat(run()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(out.toString()).contains("Usage: spice", "demo", "up");
    }

    @Test
    void aMistypedCommandIsTwoLines() {
        assertThat(run("dmeo")).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err.toString().lines()).hasSize(2).anyMatch(line -> line.contains("dmeo"));
    }

    @Test
    void anErrorOfTheUsersIsItsMessageAndItsCode() {
        assertThat(failing(new UserError("port 7233 is taken", 7))).isEqualTo(7);
        assertThat(err).hasToString("spice: port 7233 is taken" + System.lineSeparator());
    }

    @Test
    void anErrorOfTheStoreIsItsMessage() {
        assertThat(failing(new StoreException("S3 cannot be reached"))).isEqualTo(ExitCode.FAILED);
        assertThat(err).hasToString("spice: S3 cannot be reached" + System.lineSeparator());
    }

    @Test
    void whereAnErrorComesFromIsShownOnlyForDebugging() {
        assertThat(failing(new IllegalStateException("a mistake of ours"))).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString().lines()).singleElement().asString().contains("a mistake of ours", "--debug");

        assertThat(failing(new IllegalStateException("a mistake of ours"), "--debug"))
                .isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("at spice.workers.SpiceTest");
    }

    private int run(String... arguments) {
        return run(Spice.commandLine(), arguments);
    }

    private int failing(Exception failure, String... options) {
        CommandLine spice = Spice.commandLine().addSubcommand("fail", new Failing(failure));
        return run(spice, Stream.concat(Stream.of("fail"), Stream.of(options)).toArray(String[]::new));
    }

    private int run(CommandLine spice, String... arguments) {
        return spice.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Command(name = "fail")
    private record Failing(Exception failure) implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            throw failure;
        }
    }
}
