package spice.cli;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.RunRecord;
import spice.local.LocalSettings;
import spice.program.ExitCode;
import spice.store.Json;
import spice.store.s3.S3BlobStore;
import spice.temporal.Patience;
import spice.temporal.RunStanding;
import spice.temporal.ScheduleLine;
import spice.temporal.TemporalConnection;

/// `spice status`: lists the lineages in the store, with what Temporal still knows of their runs, and the runs that
/// have left nothing in the store.
@Command(
        name = "status",
        description = "List the lineages in the store with their last checkpoints, and the state of their runs.",
        footer = {"", "Example: spice status --json"})
final class StatusCommand implements Callable<Integer> {
    @Option(names = "--json", description = "One JSON object a line for each run; see docs/watching.md.")
    private boolean json;

    @Override
    public Integer call() {
        LocalSettings local = LocalSettings.ofThisProcess();
        Optional<TemporalConnection> temporal = TemporalConnection.openIfReachable("spice status", Patience.OPTIONAL);
        try (S3BlobStore store = S3BlobStore.open(local.s3())) {
            Checkpoints checkpoints = new Checkpoints(store);
            List<String> lineages = checkpoints.lineages();
            Optional<RunStanding> runs = temporal.map(open -> new RunStanding(open, Optional.empty()));
            List<String> unstored = runs.map(known -> known.unstored(lineages)).orElse(List.of());
            temporal.filter(_ -> !json).ifPresent(open -> System.out.println(open.whose()));
            if (lineages.isEmpty() && unstored.isEmpty() && !json) {
                System.out.println("no runs yet; start one with `spice demo` or `spice run`");
            }
            for (String lineage : lineages) {
                RunRecord run = checkpoints.runs(lineage).getLast();
                show(StatusLine.of(
                        checkpoints,
                        run,
                        runs.map(known -> known.line(run.workflow())).orElse("Temporal not reachable")));
            }
            unstored.forEach(run -> show(
                    StatusLine.unstored(run, runs.map(known -> known.line(run)).orElseThrow())));
            if (!json) {
                temporal.ifPresent(open -> ScheduleLine.all(open).forEach(System.out::println));
            }
        } finally {
            temporal.ifPresent(TemporalConnection::close);
        }
        return ExitCode.OK;
    }

    private void show(StatusLine line) {
        System.out.println(json ? new String(Json.bytes(line), StandardCharsets.UTF_8) : line);
    }
}
