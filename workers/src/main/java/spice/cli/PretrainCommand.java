package spice.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import spice.pretrain.PretrainSettings;
import spice.pretrain.Pretraining;
import spice.program.ExitCode;

/// `spice pretrain`: makes a nano base.
@Command(
        name = "pretrain",
        description = "Make a nano base model: able, but with a bad habit that self-play can break.",
        footer = {"", "Example: spice pretrain --seed 1 /tmp/nano"})
final class PretrainCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", description = "A new folder for the model.")
    private Path folder = Path.of("nano");

    @Option(names = "--seed", defaultValue = "1", description = "Seed of weights and text (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(
            names = "--threads",
            defaultValue = "1",
            description = "Threads; part of what the weights depend on (default: ${DEFAULT-VALUE}).")
    private int threads = 1;

    @Override
    public Integer call() throws IOException {
        Pretraining.run(PretrainSettings.nano(seed, threads), folder, System.out);
        return ExitCode.OK;
    }
}
