package spice.cli;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import spice.bench.Bench;
import spice.bench.BenchPart;
import spice.bench.BenchReport;
import spice.bench.BenchSettings;
import spice.bench.Shape;
import spice.local.LocalSettings;
import spice.model.Devices;
import spice.program.ExitCode;
import spice.program.UserError;

/// `spice bench`: measures how fast we are, beside PyTorch and Tika on this machine.
@Command(
        name = "bench",
        description =
                "Measure training and sampling beside PyTorch, ingest beside Tika alone, and an iteration's parts.",
        footer = {
            "",
            "Run it on a machine that does nothing else. docs/bench.md says what is measured, and how.",
            "Example: spice bench --shapes 1M,4M --parts train,sample --python ~/torch/bin/python"
        })
final class BenchCommand implements Callable<Integer> {
    @Option(names = "--parts", split = ",", description = "What to measure: ${COMPLETION-CANDIDATES} (default: all).")
    private Set<BenchPart> parts = EnumSet.allOf(BenchPart.class);

    @Option(
            names = "--shapes",
            split = ",",
            defaultValue = "1M,4M,15M,60M",
            description = "Sizes of the model, by parameters (default: ${DEFAULT-VALUE}).")
    private List<String> shapes = List.of();

    @Option(
            names = "--runs",
            defaultValue = "5",
            description = "Runs of each side, in turn, after one to warm up (default: ${DEFAULT-VALUE}).")
    private int runs = 5;

    @Option(
            names = "--python",
            paramLabel = "PROGRAM",
            defaultValue = "python3",
            description =
                    "A Python that has torch; without one PyTorch's rows are not run (default: ${DEFAULT-VALUE}).")
    private String python = "python3";

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            converter = DevicesConverter.class,
            description = "What both sides train and sample on: cpu or cuda:0 (default: cpu).")
    private Devices device = Devices.CPU;

    @Option(
            names = "--corpus",
            paramLabel = "FOLDER",
            description = "Documents to ingest (default: 10 MB in eight formats, written for it).")
    private @Nullable Path corpus;

    @Override
    public Integer call() throws InterruptedException {
        LocalSettings local = LocalSettings.ofThisProcess();
        if (runs < 1) {
            throw new UserError("--runs is %d; at least one run is needed".formatted(runs), ExitCode.BAD_INPUT);
        }
        if (device.names().size() > 1) {
            throw new UserError("--device names %s; the bench measures one".formatted(device), ExitCode.BAD_INPUT);
        }
        device.test();
        BenchSettings settings = new BenchSettings(
                parts,
                shapes.stream().map(BenchCommand::shape).toList(),
                runs,
                python,
                device,
                Optional.ofNullable(corpus)
                        .map(folder -> folder.toAbsolutePath().normalize()),
                DemoCorpus.below(local.home()),
                local,
                Spice.class.getName());
        Bench bench = new Bench(settings, System.err::println);
        BenchReport report = bench.run();
        report.lines().forEach(System.out::println);
        System.out.println();
        System.out.println("kept in " + bench.folder());
        return ExitCode.OK;
    }

    private static Shape shape(String name) {
        return Shape.named(name).orElseThrow(() -> new UserError(Shape.unknown(name), ExitCode.BAD_INPUT));
    }
}
