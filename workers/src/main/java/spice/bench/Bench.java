package spice.bench;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import spice.archive.SpiceArchive;
import spice.domain.Seed;
import spice.model.Dtype;
import spice.program.Hardware;
import spice.settings.InvalidSettings;
import spice.settings.RunSettings;
import spice.settings.SettingsReader;
import spice.store.Json;

/// `spice bench`: takes all measurements, one after the other.
public final class Bench {
    private static final Seed SEED = new Seed(1);
    private static final int VOLUMES = 64;

    private final BenchSettings settings;
    private final Consumer<String> say;
    private final Path folder;
    private final int cores = Runtime.getRuntime().availableProcessors();
    private final List<Measured> measured = new ArrayList<>();
    private final List<String> notRun = new ArrayList<>();

    /// Does not measure yet.
    ///
    /// @param say takes lines for people
    public Bench(BenchSettings settings, Consumer<String> say) {
        this.settings = settings;
        this.say = say;
        folder = settings.local()
                .home()
                .resolve("bench")
                .resolve(LocalDateTime.now(ZoneId.systemDefault())
                        .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")));
    }

    /// Takes the requested measurements. Writes all results so far to `results.json` and `results.md` after each
    /// part, so that a part that fails loses only its own.
    public BenchReport run() throws InterruptedException {
        Optional<String> peer = models();
        kept(peer, Optional.empty());
        if (settings.parts().contains(BenchPart.INGEST)) {
            measured.add(new IngestBench(folder, settings.local(), cores, settings.runs(), say)
                    .measure(settings.corpus().orElseGet(this::volumes)));
            kept(peer, Optional.empty());
        }
        return kept(peer, settings.parts().contains(BenchPart.ITERATION) ? Optional.of(iteration()) : Optional.empty());
    }

    private BenchReport kept(Optional<String> peer, Optional<IterationCost> iteration) {
        BenchReport report = new BenchReport(Hardware.inWords(), peer, measured, iteration, notRun);
        BenchFiles.write(folder.resolve("results.json"), Json.bytes(report));
        BenchFiles.write(
                folder.resolve("results.md"),
                (String.join("\n", report.lines()) + "\n").getBytes(StandardCharsets.UTF_8));
        return report;
    }

    /// The folder of this bench's results, jobs and logs.
    public Path folder() {
        return folder;
    }

    private Optional<String> models() {
        if (!settings.parts().contains(BenchPart.TRAIN) && !settings.parts().contains(BenchPart.SAMPLE)) {
            return Optional.empty();
        }
        Optional<Python> python = switch (Python.find(settings.python(), Python.TORCH)) {
            case Python.Found.Yes(Python found) -> Optional.of(found);
            case Python.Found.No(String reason) -> {
                notRun.add("PyTorch: %s. Give --python one that has it".formatted(reason));
                say.accept("not run: " + notRun.getLast());
                yield Optional.empty();
            }
        };
        boolean generates = settings.parts().contains(BenchPart.SAMPLE)
                && python.filter(Bench::hasTransformers).isPresent();
        if (settings.parts().contains(BenchPart.SAMPLE) && python.isPresent() && !generates) {
            notRun.add("transformers.generate: %s has no transformers".formatted(settings.python()));
        }
        ModelBench bench = new ModelBench(folder, settings.local().gpuHeap(), python, settings.runs(), say);
        Path nano = settings.local().root().resolve("models").resolve("nano");
        for (Shape shape : settings.shapes()) {
            Path model = BenchModel.create(folder.resolve(shape.name()), shape, nano);
            if (settings.parts().contains(BenchPart.TRAIN)) {
                String name = "train " + shape.name();
                measured.add(bench.measure(name, training(shape, model, "float32", Dtype.FLOAT32)));
                measured.add(bench.measure(name + " bfloat16", training(shape, model, "bfloat16", Dtype.BFLOAT16)));
                measured.add(bench.measure(
                        name + " bfloat16 beside float32", training(shape, model, "bfloat16", Dtype.FLOAT32)));
            }
            if (settings.parts().contains(BenchPart.SAMPLE)) {
                String name = "sample " + shape.name();
                measured.add(bench.measure(name, sampling(Job.SAMPLE, shape, model)));
                if (generates) {
                    measured.add(bench.measure(
                            name + " beside transformers.generate", sampling(Job.GENERATE, shape, model)));
                }
            }
        }
        return python.map(Python::torch);
    }

    private static boolean hasTransformers(Python python) {
        return Python.find(python.program(), Python.TRANSFORMERS) instanceof Python.Found.Yes;
    }

    /// Writes documents to ingest: ten megabytes in eight formats.
    private Path volumes() {
        Path volumes = folder.resolve("volumes");
        SpiceArchive.writeVolumes(volumes, SEED, VOLUMES);
        return volumes;
    }

    private IterationCost iteration() throws InterruptedException {
        return new IterationBench(
                        folder, settings.local(), settings.program(), settings.archive(), settings.runs(), say)
                .measure();
    }

    private Job training(Shape shape, Path model, String ours, Dtype theirs) {
        return Job.training(shape, model, settings.device(), product(ours), theirs, SEED);
    }

    private Job sampling(String part, Shape shape, Path model) {
        return Job.sampling(part, shape, model, settings.device(), product("float32"), SEED);
    }

    /// Settings of a run that trains on all cores, or on a GPU.
    private RunSettings product(String dtype) {
        int threads = settings.device().areProcessors() ? cores : 1;
        try {
            return SettingsReader.read("{\"trainThreads\": %d, \"dtype\": \"%s\"}".formatted(threads, dtype));
        } catch (InvalidSettings e) {
            throw new IllegalStateException(e);
        }
    }
}
