package spice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.cli.SpiceProcess;

/// A demo whose run fails: its documents are prose, which the nano model cannot read.
class DemoTest {
    @TempDir
    Path folder;

    @Test
    void ofARunThatPosedNoValidTaskTheReportShowsWhatWasRefused() throws Exception {
        Path documents = Files.createDirectory(folder.resolve("documents"));
        for (int document = 0; document < 20; document++) {
            Files.writeString(
                    documents.resolve("letter-%d.txt".formatted(document)),
                    "Dear Ann, letter %d came with the evening boat, and I read it twice by the window.\n"
                                    .formatted(document)
                            + "The harbour is quiet, the gulls are not, and nobody has asked for the accounts.\n");
        }
        LocalSettings settings = TestStacks.settings(folder.resolve("home"), false);
        Path out = folder.resolve("out");
        List<String> settingsOfTheRun = List.of(
                "documentsPerIteration=2",
                "groupSize=2",
                "challengerAttempts=2",
                "passAt=0",
                "heldOutAttempts=1",
                "coEvolutionDocuments=0");
        List<String> command = SpiceProcess.command(
                "demo", "--lineage", "letters", "--iterations", "9", "--corpus", documents.toString());
        settingsOfTheRun.forEach(setting -> command.addAll(List.of("-s", setting)));
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

        String said = Files.readString(out);
        assertThat(exitCode).as(said).isEqualTo(4);
        Path report = settings.reports().resolve("letters.html");
        assertThat(said)
                .contains("http://127.0.0.1:%d/".formatted(settings.livePort()), "/letters/\n")
                .contains("report: %s (".formatted(report), ", in the store as blob ")
                .contains("these documents")
                .containsSubsequence(
                        "report: ", "the run in the Temporal UI: ", "spice: NO_VALID_TASKS: 3 iterations in a row");
        assertThat(Files.readString(report))
                .contains("\"trouble\":\"NO_VALID_TASKS: 3 iterations in a row posed no valid task on own.")
                .contains("\"refusal\":\"", "letter-")
                .contains("came with the evening boat");
        assertThat(Files.readAllLines(settings.home().resolve("runs/letters/metrics.jsonl")))
                .hasSize(3);
        assertThat(List.of(said.split("\n")).getLast()).startsWith("spice: ");
    }
}
