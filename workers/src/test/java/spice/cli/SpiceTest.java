package spice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import spice.model.ModelException;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.runs.Failure;
import spice.store.StoreException;

/// Messages and exit codes of the program, without starting anything.
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

    /// Nothing is suggested where more than half of the letters would have to change.
    @Test
    void aCommandThatIsLikeNoneIsNotTakenForOne() {
        assertThat(run("xyzzy")).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err.toString().lines())
                .containsExactly("spice: there is no command `spice xyzzy`", "Try: spice --help");
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
        assertThat(err.toString()).contains("at spice.cli.SpiceTest");
    }

    @Test
    void whatLibrariesSayIsOneLineWithTheRemedy() {
        assertThat(failing(new ModelException("config.json is missing"))).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(failing(Failure.MODEL_UNUSABLE.because("there is no model giant")))
                .isEqualTo(ExitCode.FAILED);
        assertThat(failing(new UncheckedIOException(new NoSuchFileException("/a/file"))))
                .isEqualTo(ExitCode.FAILED);
        assertThat(failing(Status.PERMISSION_DENIED.withDescription("not you").asRuntimeException()))
                .isEqualTo(ExitCode.FAILED);

        assertThat(err.toString().lines())
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("spice: config.json is missing"),
                        line -> assertThat(line).isEqualTo("spice: there is no model giant"),
                        line -> assertThat(line).contains("NoSuchFileException: /a/file", "space on its disk"),
                        line -> assertThat(line).contains("PERMISSION_DENIED: not you", "TEMPORAL_API_KEY"));
    }

    /// Errors of the command line are reported before anything starts.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "fork mine@1 -s groupSize=1 -s iteration=3   | groupSize is 1;iteration is not a setting; did you mean"
                        + " iterations?",
                "fork mine -s seed=2                         | startFrom is \"mine\"; take base, last, last-or-base",
                "fork mine@1 -s preset=tiny                  | preset is \"tiny\"; take one of [nano, own, paper]",
                "run --lineage a/b                           | a lineage cannot be called \"a/b\"; use up to 100"
                        + " letters",
                "demo --lineage a/b                          | a lineage cannot be called \"a/b\"; use up to 100"
                        + " letters",
                "demo --corpus /nonexistent                  | /nonexistent is not a folder that can be read; give"
                        + " --corpus",
                "up --corpus mail=/nonexistent               | /nonexistent is not a folder that can be read; give"
                        + " --corpus",
                "worker --samplers 0                         | --samplers is 0; give a positive number",
                "worker --patience 0                         | --patience is 0; give a positive number",
                "worker --vllm http://127.0.0.1:8000         | --vllm and --vllm-model-folder belong together; give both",
                "worker --vllm http://10.1.2.3:8000 --vllm-model-folder x | is not on this machine, and vLLM asks nobody",
                "up --vllm here --vllm-model-folder x        | here is not the address of a vLLM server",
                "worker --vllm http://127.0.0.1:8000 --vllm-model-folder models/nano | would be replaced, and runs name it",
                "worker --queues cpu --vllm http://127.0.0.1:8000 --vllm-model-folder x | add sample to --queues",
                "schedule create a/b --every 24h             | a lineage cannot be called \"a/b\"; use up to 100 letters",
                "schedule create a --every 5d                | 5d is not a span of time; give e.g. 24h",
                "schedule create a                           | give either --cron, e.g. \"0 2 * * *\", or --every",
                "schedule create a --every 5h --time-zone X  | give it with --cron only",
                "schedule backfill a --from now --to then    | now is not a time; give e.g. 2026-11-22T02:00:00Z",
                "schedule backfill a --from 2026-11-22T00:00:00Z --to 2026-11-20T00:00:00Z | is not before --to",
                "store gc --keep-last 0                      | keep at least 1, got 0",
                "ask --model /nonexistent hello              | there is no model in /nonexistent: no config.json; give"
                        + " --model a folder",
                "bench --runs 0                              | --runs is 0; at least one run is needed",
                "bench --shapes 2M                           | there is no shape 2M; take one of [1M, 4M, 15M, 60M, 0.6B, 4B]",
                "bench --parts dance                         | Invalid value for option '--parts';[TRAIN, SAMPLE,"
                        + " INGEST, ITERATION]",
                "worker --metrics 9464                       | Invalid value for option '--metrics'",
                "parity --python /nonexistent                | not run: there is no /nonexistent. Give --python one into which torch",
                "dmeo                                        | there is no command `spice dmeo`; did you mean `spice demo`?",
                "store gcc                                   | there is no command `spice store gcc`; did you mean"
                        + " `spice store gc`?",
                "schedule creat nightly                      | there is no command `spice schedule creat`; did you mean"
                        + " `spice schedule create`?",
                "run --modle x                               | `spice run` has no option --modle; did you mean --model?",
                "watch mine yours                            | `spice watch` cannot use \"yours\"",
                "run -s seed                                 | Value for option '--set' (NAME=VALUE) should be in"
                        + " KEY=VALUE format but was seed",
                "archive ..                                  | .. exists; name a new folder or remove it",
                "test                                        | the tests are run by the launcher: ./spice test"
            })
    void whatCannotBeUsedIsNamedWithTheRemedy(String arguments, String said) {
        assertThat(run(arguments.strip().split(" +"))).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err.toString()).startsWith("spice: ").contains(said.strip().split(";(?! )"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{\"seed\": 2 | is not JSON (", "[1, 2] | is not one JSON object; give one such as"})
    void aSettingsFileThatCannotBeUsedIsNamed(String content, String said, @TempDir Path folder) throws IOException {
        String file =
                Files.writeString(folder.resolve("settings.json"), content).toString();
        assertThat(run("fork", "mine@1", "--settings", file)).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err.toString()).contains(file + " " + said);

        assertThat(run("fork", "mine@1", "--settings", file + ".not")).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err.toString()).contains(file + ".not cannot be read; give --settings a file");
    }

    @Test
    void anAddressForMetersThatIsTakenIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(run("worker", "--metrics", "127.0.0.1:" + taken.getLocalPort()))
                    .isEqualTo(ExitCode.FAILED);
            assertThat(err.toString())
                    .startsWith("spice: the worker's meters cannot be offered at 127.0.0.1:%d ("
                            .formatted(taken.getLocalPort()))
                    .contains("); name another address by --metrics");
        }
    }

    @Test
    void anEmptyFolderOfDocumentsIsNamed(@TempDir Path folder) {
        assertThat(run("demo", "--corpus", folder.toString())).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err.toString()).contains(folder + " is empty; put documents there");
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
