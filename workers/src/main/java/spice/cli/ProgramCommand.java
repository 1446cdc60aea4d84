package spice.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import spice.bench.Shape;
import spice.model.ModelConfig;
import spice.model.ModelFolder;
import spice.model.ProgramFiles;
import spice.program.ExitCode;
import spice.program.UserError;

/// `spice program`: writes the decoder's program for a machine without Java.
@Command(
        name = "program",
        description = "Write the model's TorchScript program as files that Python's torch.jit.load runs.",
        footer = {
            "",
            "docs/bench.md says how to measure it there, on a GPU for instance.",
            "Example: spice program out --shape 0.6B && python infra/program/bench.py out --device cuda"
        })
final class ProgramCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", description = "Where decoder.pt and decoder.json are written.")
    private Path folder = Path.of("");

    @ArgGroup(multiplicity = "1")
    private Of of = new Of();

    private static final class Of {
        @Option(names = "--model", paramLabel = "FOLDER", description = "A model, of which config.json is read.")
        private @Nullable Path model;

        @Option(names = "--shape", description = "A shape of `spice bench`, such as 0.6B.")
        private String shape = "";
    }

    @Override
    public Integer call() {
        ProgramFiles.write(folder, config());
        return ExitCode.OK;
    }

    private ModelConfig config() {
        if (of.model != null) {
            return ModelFolder.config(of.model);
        }
        return Shape.named(of.shape)
                .map(Shape::model)
                .orElseThrow(() -> new UserError(Shape.unknown(of.shape), ExitCode.BAD_INPUT));
    }
}
