package spice.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import spice.checkpoints.Checkpoints;
import spice.follow.MetricsFile;
import spice.local.LocalSettings;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.store.s3.S3BlobStore;
import spice.tracking.MetricsLine;
import spice.tracking.MetricsReader;

/// `spice metrics`: prints or writes a lineage's `metrics.jsonl`.
@Command(
        name = "metrics",
        description = "Print all figures of a run, one JSON object for each committed iteration.",
        footer = {
            "",
            "The fields are described in docs/watching.md. A run that is followed to its end leaves the same in",
            ".spice/runs/RUN/metrics.jsonl.",
            "Example: spice metrics mine --out metrics.jsonl"
        })
final class MetricsCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", description = "The run: its lineage's name, as `spice status` lists it.")
    private String run = "";

    @Option(names = "--out", paramLabel = "FILE", description = "Write this file, rather than to the standard output.")
    private @Nullable Path out;

    @Override
    public Integer call() {
        try (S3BlobStore store = S3BlobStore.open(LocalSettings.ofThisProcess().s3())) {
            if (new Checkpoints(store).runs(run).isEmpty()) {
                throw new UserError(
                        "there is no run %s; `spice status` lists the runs".formatted(run), ExitCode.BAD_INPUT);
            }
            List<MetricsLine> lines = new MetricsReader(store).of(run);
            if (out != null) {
                MetricsFile.write(lines, out);
            } else {
                MetricsFile.write(lines, System.out);
                System.out.flush();
            }
            return ExitCode.OK;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
