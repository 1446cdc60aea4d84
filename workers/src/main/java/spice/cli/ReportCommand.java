package spice.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import spice.checkpoints.Checkpoints;
import spice.follow.ReportFile;
import spice.local.LocalSettings;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.report.Standing;
import spice.runs.CheckpointRef;
import spice.store.s3.S3BlobStore;
import spice.temporal.Patience;
import spice.temporal.RunStanding;
import spice.temporal.TemporalConnection;

/// `spice report`: writes a run as one HTML file. Temporal adds how the run stands, if it answers.
@Command(
        name = "report",
        description = "Write a run as one HTML file: curves, tasks to read, documents, settings.",
        footer = {
            "",
            "The file opens nothing from elsewhere and is at most 20 MB. It is also put into the store.",
            "Example: spice report mine --out mine.html"
        })
final class ReportCommand implements Callable<Integer> {
    private static final Pattern RUN = Pattern.compile("([^@]+)(?:@(\\d{1,9}))?");

    @Parameters(
            paramLabel = "RUN",
            description = "The run: its lineage's name, as `spice status` lists it, or LINEAGE@ITERATION.")
    private String run = "";

    @Option(names = "--out", paramLabel = "FILE", description = "Where to write it (default: .spice/reports/RUN.html).")
    private @Nullable Path out;

    @Override
    public Integer call() {
        Matcher parts = RUN.matcher(run);
        if (!parts.matches()) {
            throw new UserError("%s is neither a run nor LINEAGE@ITERATION".formatted(run), ExitCode.BAD_INPUT);
        }
        String lineage = parts.group(1);
        Optional<Integer> iteration = Optional.ofNullable(parts.group(2)).map(Integer::valueOf);
        LocalSettings settings = LocalSettings.ofThisProcess();
        Path file = out != null ? out.toAbsolutePath() : settings.reports().resolve(run + ".html");
        try (S3BlobStore store = S3BlobStore.open(settings.s3())) {
            Checkpoints checkpoints = new Checkpoints(store);
            Optional<CheckpointRef> last =
                    iteration.map(number -> checkpoints.at(lineage, number)).orElseGet(() -> checkpoints.last(lineage));
            Optional<TemporalConnection> temporal =
                    TemporalConnection.openIfReachable("spice report", Patience.OPTIONAL);
            Optional<RunStanding> asked = temporal.map(open ->
                    new RunStanding(open, settings.ownS3() ? Optional.of(settings.uiAddress()) : Optional.empty()));
            Optional<Standing> standing = asked.flatMap(known -> known.standing(lineage));
            // A run may have failed before it left anything in the store; only Temporal knows why.
            if (last.isEmpty() && (iteration.isPresent() || standing.isEmpty())) {
                throw new UserError(
                        "there is no run %s in the store; `spice status` lists the runs and their last iterations"
                                .formatted(run),
                        ExitCode.BAD_INPUT);
            }
            System.out.println(ReportFile.write(
                    store,
                    ReportFile.address(settings.s3()),
                    lineage,
                    last,
                    standing,
                    asked.flatMap(known -> known.page(lineage)),
                    file));
            temporal.ifPresent(TemporalConnection::close);
        }
        return ExitCode.OK;
    }
}
