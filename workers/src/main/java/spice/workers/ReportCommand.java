package spice.workers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import spice.activities.Checkpoints;
import spice.local.LocalSettings;
import spice.local.UserError;
import spice.report.Report;
import spice.report.Standing;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.s3.S3BlobStore;
import spice.store.s3.S3Location;
import spice.workflows.CheckpointRef;

/// `spice report`: a run as one HTML file. Temporal adds how the run stands, and need not be there.
@Command(
        name = "report",
        description = "Write a run as one HTML file: curves, tasks to read, documents, settings.",
        footer = {
            "",
            "The file opens nothing from elsewhere and is at most 20 MB. It is also put into the store.",
            "Example: spice report mine --out mine.html"
        })
final class ReportCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Pattern RUN = Pattern.compile("([^@]+)(?:@(\\d{1,9}))?");

    @Parameters(
            paramLabel = "RUN",
            description = "The run: its lineage's name, as `spice status` lists it, or LINEAGE@ITERATION.")
    private String run = "";

    @Option(names = "--out", paramLabel = "FILE", description = "Where to write it (default: .spice/reports/RUN.html).")
    private @Nullable Path out;

    @Override
    public Integer call() {
        LocalSettings settings = LocalSettings.from(System.getenv());
        try (S3BlobStore store = S3BlobStore.open(settings.s3())) {
            CheckpointRef last = checkpoint(new Checkpoints(store));
            Path file = out != null ? out.toAbsolutePath() : settings.reports().resolve(run + ".html");
            Optional<TemporalConnection> temporal = temporal();
            Optional<RunStanding> standing = temporal.map(open ->
                    new RunStanding(open, settings.ownS3() ? Optional.of(settings.uiAddress()) : Optional.empty()));
            System.out.print(written(store, address(settings.s3()), lineage(), last, standing, file));
            temporal.ifPresent(TemporalConnection::close);
        }
        return ExitCode.OK;
    }

    /// How people and tools call the store: its bucket's address.
    static String address(S3Location location) {
        return "s3://" + location.bucket();
    }

    /// Writes a run's report to a file and into the store.
    ///
    /// @param standing asks how the run stands, if anybody knows
    /// @return where it is, for the user
    static String written(
            BlobStore store,
            String address,
            String lineage,
            CheckpointRef last,
            Optional<RunStanding> standing,
            Path file) {
        Optional<Standing> stands = standing.flatMap(temporal -> temporal.standing(lineage));
        Optional<String> page = standing.flatMap(temporal -> temporal.page(lineage));
        Report report = Report.of(store, address, lineage, last, stands, page);
        write(report.html(), file);
        BlobRef blob = report.put(store);
        return "report: %s (%.1f MB, in the store as blob %s)%n"
                .formatted(file, report.html().length / 1e6, blob.sha256());
    }

    private static void write(byte[] html, Path file) {
        try {
            Path folder = Optional.ofNullable(file.getParent()).orElse(Path.of("/"));
            Files.createDirectories(folder);
            Path unfinished = Files.createTempFile(folder, ".report", ".html");
            Files.write(unfinished, html);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UserError("cannot write %s (%s); give --out a file that can be written".formatted(file, e), e);
        }
    }

    private String lineage() {
        return parts().group(1);
    }

    private Matcher parts() {
        Matcher parts = RUN.matcher(run);
        if (!parts.matches()) {
            throw new UserError("%s is neither a run nor LINEAGE@ITERATION".formatted(run), ExitCode.BAD_INPUT);
        }
        return parts;
    }

    private CheckpointRef checkpoint(Checkpoints checkpoints) {
        String iteration = parts().group(2);
        Optional<CheckpointRef> found = iteration == null
                ? checkpoints.last(lineage())
                : checkpoints.at(lineage(), Integer.parseInt(iteration));
        return found.orElseThrow(() -> new UserError(
                "there is no run %s in the store; `spice status` lists the runs and their last iterations"
                        .formatted(run),
                ExitCode.BAD_INPUT));
    }

    private static Optional<TemporalConnection> temporal() {
        try {
            return Optional.of(TemporalConnection.open("spice report", PATIENCE));
        } catch (UserError e) {
            return Optional.empty();
        }
    }
}
