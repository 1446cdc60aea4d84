package spice.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import spice.bench.NeededPython;
import spice.bench.Python;
import spice.model.Devices;
import spice.model.LanguageModel;
import spice.model.ModelFolder;
import spice.model.TinyModel;
import spice.policies.Host;
import spice.policies.RunMemory;
import spice.processes.ProcessPlan;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;
import spice.store.Json;
import spice.store.s3.S3ProxyProcess;

/// An iteration on a model of Qwen3-0.6B's shape, which `fixtures.py large FOLDER` writes: `SPICE_LARGE_MODEL`
/// names the folder. It takes minutes, 13 GB of memory and 25 GB of disk.
class LargeCheckpointTest {
    private static final String FOLDER = "SPICE_LARGE_MODEL";
    private static final int[] TOKENS = {5, 700, 42, 150_000, 9};
    private static final String SETTINGS = """
            {"model": "MODEL", "documentsPerIteration": 1, "groupSize": 2, "challengerAttempts": 2, "passageTokens": 400,
             "reasonerAttempts": 8, "challengerTokens": 400, "reasonerTokens": 32, "updateBatch": 64,
             "learningRate": 0.0001, "trainThreads": 1, "microBatchTokens": 2048, "dtype": "bfloat16", "recompute": "layers"}""";

    @TempDir
    Path folder;

    @Test
    @Timeout(1800)
    void isSampledTrainedAndOpenedByTransformersWithinThePlan() throws Exception {
        String model = System.getenv(FOLDER);
        assumeTrue(model != null, "needs %s, a folder that `fixtures.py large` wrote".formatted(FOLDER));
        Python python = NeededPython.with(Python.TORCH, Python.TRANSFORMERS);

        LargeIteration.Report report = iteration(Path.of(model));

        assertThat(report.answers()).isEqualTo(8);
        assertThat(report.rightShare()).isStrictlyBetween(0.0, 1.0);
        assertThat(report.gradientNorm()).isPositive();
        assertThat(report.changed()).isTrue();
        RunSettings settings = SettingsReader.read(SETTINGS);
        RunMemory plan = new RunMemory(
                ModelFolder.config(Path.of(model)), settings, new Host(Devices.CPU, 1, OptionalLong.empty()));
        System.out.printf("%s, planned %s%n", report, RunMemory.size(RunMemory.peak(plan.most())));
        assertThat(report.peakBytes()).isCloseTo(RunMemory.peak(plan.most()), withinPercentage(15));

        float[] theirs = transformers(python, folder.resolve("next"));
        try (LanguageModel ours = TinyModel.open(folder.resolve("next"))) {
            float[] logits = ours.logits(TOKENS)[TOKENS.length - 1];
            double largest = 0;
            double apart = 0;
            for (int i = 0; i < logits.length; i++) {
                largest = Math.max(largest, Math.abs(theirs[i]));
                apart = Math.max(apart, Math.abs(theirs[i] - logits[i]));
            }
            assertThat(apart).isLessThan(1e-4 * largest);
        }
    }

    private LargeIteration.Report iteration(Path model) throws Exception {
        try (S3ProxyProcess server = S3ProxyProcess.start(folder.resolve("s3"))) {
            return Json.read(
                    said(ProcessPlan.java(
                            "512m",
                            LargeIteration.class.getName(),
                            List.of(server.endpoint().toString(), model.toString(), SETTINGS, folder.toString()))),
                    LargeIteration.Report.class,
                    "the iteration's report");
        }
    }

    private record Opened(List<String> unfit, float[] logits) {}

    private float[] transformers(Python python, Path checkpoint) throws Exception {
        String[] tokens = Arrays.stream(TOKENS).mapToObj(Integer::toString).toArray(String[]::new);
        String last = new Script(python, folder)
                .lines(Script.Mode.OPEN, checkpoint, tokens)
                .getLast();
        Opened opened = Json.read(last.getBytes(StandardCharsets.UTF_8), Opened.class, "transformers' logits");
        assertThat(opened.unfit()).isEmpty();
        return opened.logits();
    }

    /// Runs a command and returns the last line that it prints.
    private byte[] said(List<String> command) throws Exception {
        Path log = folder.resolve("log");
        Process process =
                new ProcessBuilder(command).redirectError(log.toFile()).start();
        process.getOutputStream().close();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        process.getInputStream().transferTo(all);
        assertThat(process.waitFor()).as(Files.readString(log)).isZero();
        return all.toString(StandardCharsets.UTF_8)
                .strip()
                .lines()
                .reduce((_, last) -> last)
                .orElse("")
                .getBytes(StandardCharsets.UTF_8);
    }
}
