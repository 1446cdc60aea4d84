package spice.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import spice.local.LocalSettings;
import spice.model.Devices;
import spice.model.ModelConfig;
import spice.policies.Host;
import spice.policies.RunMemory;
import spice.program.ExitCode;
import spice.program.Hardware;
import spice.settings.RunSettings;

/// `spice plan`: says before a run starts whether it fits into a worker's memory.
@Command(
        name = "plan",
        description = "Say how much memory a run takes of a worker, by its model and settings.",
        footer = {
            "",
            "Of the model, config.json alone is read. Exit code 0: it fits; 2: it does not, or may not.",
            "Example: spice plan --model ~/models/Qwen3-0.6B --set recompute=layers --set dtype=bfloat16"
        })
final class PlanCommand implements Callable<Integer> {
    private static final double GIGABYTE = 1e9;
    private static final String LINE = "%-72s %9s%n";

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private RunOptions options = new RunOptions();

    @Option(
            names = "--model",
            required = true,
            paramLabel = "FOLDER-OR-S3",
            description = "The model: a folder, s3://bucket/prefix, stored/DIGEST, or a name below the models folder.")
    private String model = "";

    @Mixin
    private DeviceOptions deviceOptions = new DeviceOptions();

    @Option(
            names = "--samplers",
            description = "Shards that the worker samples side by side (default: the number of cores).")
    private int samplers = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--memory",
            paramLabel = "GB",
            description = "Memory of the worker's machine, or of its GPU (default: this machine's).")
    private @Nullable Double gigabytes;

    @Override
    public Integer call() {
        RunSettings settings = RunOptions.checked(options.object().put("model", model));
        Devices devices = deviceOptions.devices();
        OptionalLong memory =
                gigabytes == null ? Hardware.memory(devices) : OptionalLong.of(Math.round(gigabytes * GIGABYTE));
        ModelConfig config = ModelArgument.config(model, LocalSettings.ofThisProcess());
        ModelArgument.unusedFields(model, LocalSettings.ofThisProcess())
                .forEach(what -> out().printf("not used: %s%n", what));
        RunMemory run = new RunMemory(config, settings, new Host(devices, samplers, memory));
        out().printf(
                        "%s: %s parameters in %d layers, %s; %d shards sampled side by side, on %s%n",
                        model,
                        RunMemory.parameters(config),
                        config.layers(),
                        settings.dtype().name().toLowerCase(Locale.ROOT),
                        samplers,
                        devices);
        run.most().forEach(this::print);
        if (devices.offloadsOptimizer()) {
            out().printf(
                            "beside the device, the optimizer takes %s of the machine's memory%n",
                            RunMemory.size(run.offloadedBytes()));
        }
        out().printf("a checkpoint takes %s in the store%n", RunMemory.size(run.checkpointBytes()));
        if (run.sharedBytes() > 0) {
            out().printf(
                            "the weights that the adapters stand on take %s once for all checkpoints%n",
                            RunMemory.size(run.sharedBytes()));
        }
        return verdict(run);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private void print(RunMemory.Stage stage) {
        out().printf(LINE, stage.name(), RunMemory.size(stage.bytes()));
        stage.parts().stream()
                .filter(part -> part.bytes() > 0)
                .forEach(part -> out().printf(LINE, "  " + part.name(), RunMemory.size(part.bytes())));
    }

    private int verdict(RunMemory run) {
        long least = RunMemory.peak(run.least());
        long most = RunMemory.peak(run.most());
        String takes = "the worker takes up to %s, with all replies as long as they may be, and at least %s"
                .formatted(RunMemory.size(most), RunMemory.size(least));
        if (run.host().memory().isEmpty()) {
            out().printf("%s; --memory says what the device has%n", takes);
            return ExitCode.OK;
        }
        long memory = run.host().memory().getAsLong();
        String has = RunMemory.size(memory);
        if (most <= memory) {
            out().printf("%s; there are %s: it fits%n", takes, has);
            return ExitCode.OK;
        }
        List<String> remedies = run.remedies(RunMemory::most, memory);
        out().printf(
                        "%s; there are %s: %s%n%s%n",
                        takes,
                        has,
                        least > memory ? "it does not fit, and is refused" : "it may not fit",
                        remedies.isEmpty()
                                ? "no setting makes it fit for sure; take a smaller --model or a larger machine (--memory)"
                                : "it fits with --set " + String.join(" --set ", remedies));
        return ExitCode.BAD_INPUT;
    }
}
