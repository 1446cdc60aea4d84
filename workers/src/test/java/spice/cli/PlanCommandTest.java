package spice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import spice.bench.Shape;
import spice.model.ModelFolder;
import spice.program.ExitCode;

class PlanCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int plan(String... arguments) {
        CommandLine command = Spice.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return command.execute(Stream.concat(Stream.of("plan", "--model", folder.toString()), Stream.of(arguments))
                .toArray(String[]::new));
    }

    /// Writes config.json alone, without weights.
    @BeforeEach
    void write() throws Exception {
        Path whole = folder.resolve("whole");
        ModelFolder.create(whole, Shape.named("1M").orElseThrow().model(), 1);
        Files.copy(whole.resolve("config.json"), folder.resolve("config.json"));
    }

    @Test
    void whatFitsSaysSo() {
        assertThat(plan("--memory", "64", "-s", "preset=nano")).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains(
                        "1.0 million parameters in 4 layers, float32",
                        "pose ",
                        "attempt ",
                        "train ",
                        "AdamW's moments",
                        "there are 64.0 GB: it fits");
    }

    @Test
    void fieldsThatNothingUsesAreNamed() throws Exception {
        Path config = folder.resolve("config.json");
        Files.writeString(
                config, Files.readString(config).replaceFirst("\\{", "{\"auto_map\": {\"AutoModel\": \"its.Own\"},"));
        assertThat(plan("--memory", "64", "-s", "preset=nano")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("not used: auto_map in config.json");
    }

    @Test
    void whatMayNotFitNamesTheSettingsThatMakeItFit() {
        assertThat(plan("--memory", "1.0", "-s", "preset=nano", "-s", "trainThreads=2"))
                .isEqualTo(ExitCode.BAD_INPUT);
        assertThat(out.toString()).contains("there are 1.0 GB: it may not fit", "it fits with --set recompute=layers");
    }

    @Test
    void whatCannotFitSaysThatItIsRefused() {
        assertThat(plan("--memory", "0.3")).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(out.toString())
                .contains("there are 300 MB: it does not fit, and is refused", "a smaller --model or a larger machine");
    }

    @Test
    void anOptimizerInTheMachinesMemoryIsSaidApart() {
        assertThat(plan("--device", "cuda:0", "--offload-optimizer")).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains("beside the device, the optimizer takes ")
                .doesNotContain("AdamW's moments");
    }

    @Test
    void nothingIsTakenOffAProcessor() {
        assertThat(plan("--device", "cpu", "--offload-optimizer")).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err.toString())
                .contains("--offload-optimizer is for a GPU", "the optimizer is in the machine's memory already");
    }

    @Test
    void aFolderWithoutAModelIsNamed() throws Exception {
        Files.delete(folder.resolve("config.json"));
        assertThat(plan()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err.toString()).contains("there is no model in " + folder);
    }
}
