package spice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.domain.Seed;
import spice.model.Devices;
import spice.model.Dtype;
import spice.model.ModelConfig;
import spice.model.ProgramFiles;
import spice.model.TinyModel;
import spice.settings.SettingsReader;
import spice.store.Json;

/// The program written for Python computes the same numbers in Python as in Java.
class ProgramInPythonTest {
    private static final Shape TINY =
            new Shape("tiny", new ModelConfig(12, 16, 24, 2, 4, 2, 4, 512, 10_000, 1e-6, true, 0), 3, 2, 2, 1);

    @TempDir
    Path folder;

    private String python = "";

    @BeforeEach
    void write() {
        python = NeededPython.with(Python.TORCH).program();
        ProgramFiles.write(folder.resolve("program"), TINY.model());
    }

    /// Runs the script and reads its lines as JSON.
    private List<JsonNode> run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                python, "../infra/program/bench.py", folder.resolve("program").toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process.getOutputStream().close();
        List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
        assertThat(process.waitFor()).isZero();
        return lines.stream()
                .map(line -> Json.read(line.getBytes(StandardCharsets.UTF_8), JsonNode.class, "the script's line"))
                .toList();
    }

    @Test
    void itTrainsToTheSameNumbers() throws Exception {
        Path model = TinyModel.create(folder.resolve("model"), TINY.model(), 1);
        Job job = Job.training(
                TINY, model, Devices.CPU, SettingsReader.read("{\"trainThreads\": 2}"), Dtype.FLOAT32, new Seed(1));
        BenchFiles.write(folder.resolve("job.json"), Json.bytes(job));
        SideAnswer.Computed ours;
        try (OurTraining training = new OurTraining(job)) {
            ours = training.run(Order.WORK).work();
        }

        List<JsonNode> lines = run("--job", folder.resolve("job.json").toString(), "--threads", "1");

        SideAnswer.Computed theirs = SideAnswer.Computed.trained(
                lines.getFirst().path("loss").asDouble(),
                lines.getFirst().path("gradientNorm").asDouble(),
                lines.getFirst().path("entropy").asDouble());
        assertThat(ours.gradientNorm()).isPositive();
        assertThatCode(() -> ModelBench.same("program", ours, theirs, ModelBench.close(job)))
                .doesNotThrowAnyException();
    }

    @Test
    void itIsMeasuredByWhatItComputes() throws Exception {
        List<JsonNode> lines = run(
                "--threads",
                "1",
                "--runs",
                "1",
                "--peak-tflops",
                "1",
                "--sequences",
                "2",
                "--length",
                "16",
                "--prompts",
                "2",
                "--completions",
                "2",
                "--prompt",
                "8",
                "--new",
                "4");
        assertThat(lines).extracting(line -> line.path("work").asText()).containsExactly("decode", "train");
        // Matrices: two layers of 16 x 16 + 2 x 8 x 16 + 16 x 16 + 3 x 24 x 16, and the head 12 x 16; heads 2 x 16 wide
        // in all.
        assertThat(lines.getFirst().path("flop").asLong()).isEqualTo(16 * (2 * 4_032 + 4 * 32 * (8 + 2)));
        assertThat(lines.getLast().path("flop").asLong()).isEqualTo(32 * (6 * 4_032 + 6 * 32 * 16));
        assertThat(lines)
                .allSatisfy(line ->
                        assertThat(line.path("tokensPerSecond").asDouble()).isPositive());
    }
}
