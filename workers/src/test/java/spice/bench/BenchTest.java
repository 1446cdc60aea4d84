package spice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.local.LocalSettings;
import spice.model.Devices;
import spice.model.ModelConfig;
import spice.program.Hardware;

/// The whole bench except its iterations, on the smallest amount of work.
class BenchTest {
    private static final Shape TINY =
            new Shape("tiny", new ModelConfig(128, 16, 24, 2, 4, 2, 4, 512, 10_000, 1e-6, true, 0), 2, 1, 1, 1);

    @TempDir
    Path folder;

    @Test
    void whatWasMeasuredIsATableWithItsMachineAndWhatCouldNotBe() throws Exception {
        Path corpus = Files.createDirectory(folder.resolve("corpus"));
        Files.writeString(corpus.resolve("ledger.txt"), "saffron 347 plus 285 is 632\n".repeat(40));
        List<String> said = new ArrayList<>();
        Bench bench = new Bench(
                new BenchSettings(
                        EnumSet.of(BenchPart.TRAIN, BenchPart.SAMPLE, BenchPart.INGEST),
                        List.of(TINY),
                        1,
                        "/nonexistent/python",
                        Devices.CPU,
                        Optional.of(corpus),
                        folder,
                        LocalSettings.from(Map.of(
                                "SPICE_HOME",
                                folder.resolve("home").toString(),
                                "SPICE_ROOT",
                                Path.of("..").toRealPath().toString(),
                                "SPICE_GPU_HEAP",
                                "128m",
                                "SPICE_CPU_HEAP",
                                "512m")),
                        "no program"),
                said::add);

        BenchReport report = bench.run();

        String lost = "PyTorch: there is no /nonexistent/python. Give --python one that has it";
        assertThat(said).contains("not run: " + lost).anyMatch(line -> line.startsWith("ingest run 1 of 1: "));
        assertThat(report.comparisons())
                .extracting(Measured::work)
                .containsExactly(
                        "train tiny",
                        "train tiny bfloat16",
                        "train tiny bfloat16 beside float32",
                        "sample tiny",
                        "ingest");
        assertThat(report.comparisons().getLast().ratio()).isPresent();
        assertThat(report.lines())
                .anyMatch(line -> line.matches(
                        "\\| train tiny \\| [0-9,]+ \\(.*\\) tokens/s \\| not run \\| - \\| \\d+ MB \\| - \\|"))
                .anyMatch(line -> line.matches(
                        "\\| ingest \\| [0-9.]+ \\(.*\\) MB/s \\| [0-9.]+ \\(.*\\) MB/s \\| [0-9.]+ \\(.*"))
                .contains("not run: " + lost);
        assertThat(report.lines().getFirst())
                .contains(
                        "%d cores, ".formatted(Runtime.getRuntime().availableProcessors()),
                        " GB, " + Hardware.instructions() + "; medians");
        assertThat(bench.folder().resolve("results.md")).content().isEqualTo(String.join("\n", report.lines()) + "\n");
        assertThat(bench.folder().resolve("results.json")).isNotEmptyFile();
    }
}
