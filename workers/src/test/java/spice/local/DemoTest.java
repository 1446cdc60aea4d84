package spice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.cli.SpiceProcess;

/// Demos whose runs learn nothing.
class DemoTest {
    @TempDir
    Path folder;

    private LocalSettings settings;

    @BeforeEach
    void settle() {
        settings = TestStacks.settings(folder.resolve("home"), false);
    }

    private record Ended(int exitCode, String said) {}

    private Ended demo(List<String> arguments, List<String> runSettings) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        List<String> command = SpiceProcess.command("demo");
        command.addAll(arguments);
        runSettings.forEach(setting -> command.addAll(List.of("-s", setting)));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
        builder.environment().putAll(TestStacks.environment());
        builder.environment()
                .putAll(Map.of(
                        "LANG", "C.UTF-8",
                        "SPICE_HOME", settings.home().toString(),
                        "SPICE_ROOT", settings.root().toString(),
                        "SPICE_TEMPORAL_PORT", Integer.toString(settings.temporalPort()),
                        "SPICE_UI_PORT", Integer.toString(settings.uiPort()),
                        "SPICE_S3_PORT", Integer.toString(settings.s3Port()),
                        "SPICE_LIVE_PORT", Integer.toString(settings.livePort())));
        int exitCode = builder.start().waitFor();
        return new Ended(exitCode, Files.readString(out));
    }

    /// The documents are prose, which the nano model cannot read.
    @Test
    void ofARunThatPosesNoValidTaskTheFailureShowsWhatWasRefused() throws Exception {
        Path documents = Files.createDirectory(folder.resolve("documents"));
        for (int document = 0; document < 20; document++) {
            Files.writeString(
                    documents.resolve("letter-%d.txt".formatted(document)),
                    "Dear Ann, letter %d came with the evening boat, and I read it twice by the window.\n"
                                    .formatted(document)
                            + "The harbour is quiet, the gulls are not, and nobody has asked for the accounts.\n");
        }

        Ended demo = demo(
                List.of("--lineage", "letters", "--iterations", "9", "--corpus", documents.toString()),
                List.of("documentsPerIteration=2", "groupSize=2", "challengerAttempts=2", "heldOutAttempts=1"));

        String said = demo.said();
        assertThat(demo.exitCode()).as(said).isEqualTo(4);
        Path report = settings.reports().resolve("letters.html");
        assertThat(said)
                .contains("http://127.0.0.1:%d/".formatted(settings.livePort()), "/letters/\n")
                .containsSubsequence(
                        "report: %s (".formatted(report),
                        "the run in the Temporal UI: ",
                        "spice: NO_VALID_TASKS: the first Challenger posed no valid task on own. Refused, of ",
                        " %",
                        "for these documents take a larger model.\n- `letter-",
                        "\n- `letter-",
                        "\n- `letter-");
        assertThat(said).doesNotContain("iteration   1/9", "\ndone\n");
        assertThat(Files.readString(report)).contains("\"trouble\":\"NO_VALID_TASKS: the first Challenger posed no");
        assertThat(settings.home().resolve("runs/letters/metrics.jsonl")).isEmptyFile();
    }

    @Test
    void aPolicyThatCollapsesIsToldFromAModelThatIsTooSmall() throws Exception {
        Ended demo = demo(
                List.of("--lineage", "wild", "--iterations", "3"),
                List.of(
                        "learningRate=1",
                        "documentsPerIteration=8",
                        "groupSize=4",
                        "challengerAttempts=4",
                        "reasonerAttempts=4",
                        "passAt=0",
                        "heldOutAttempts=1"));

        String said = demo.said();
        assertThat(demo.exitCode()).as(said).isEqualTo(5);
        assertThat(said)
                .containsSubsequence(
                        "iteration   1/3 · pass rate ",
                        "POLICY_COLLAPSED: iteration 2 failed: the policy collapsed after iteration 1: ",
                        "learningRate 1, gradient norm ",
                        "spice fork wild@0 -s learningRate=0.0003 -s iterations=3",
                        "-s passAt=0",
                        "; then spice abort wild.",
                        "\n- `",
                        "spice retry wild",
                        "spice: run wild waits for a person (POLICY_COLLAPSED)");
    }
}
