package spice.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import spice.archive.SpiceArchive;
import spice.program.ExitCode;
import spice.program.UserError;

/// `spice archive`: writes the corpus of a run that names none, for workers that run elsewhere.
@Command(
        name = "archive",
        description = "Write the spice merchant's archive into a new folder.",
        footer = {
            "",
            "The local stack has it already; give another worker `--corpus archive=FOLDER`.",
            "Example: spice archive /data/archive"
        })
final class ArchiveCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", description = "Does not exist yet.")
    private Path folder = Path.of(DemoCorpus.NAME);

    @Override
    public Integer call() {
        if (Files.exists(folder)) {
            throw new UserError("%s exists; name a new folder or remove it".formatted(folder), ExitCode.BAD_INPUT);
        }
        SpiceArchive.write(folder, DemoCorpus.SEED);
        return ExitCode.OK;
    }
}
