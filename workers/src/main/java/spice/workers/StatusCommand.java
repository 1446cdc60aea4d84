package spice.workers;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import spice.activities.Checkpoints;
import spice.activities.RunRecord;
import spice.local.LocalSettings;
import spice.store.Json;
import spice.store.s3.S3BlobStore;

/// `spice status`: the lineages in the store, with what Temporal still knows of their runs, and runs that have
/// failed or are beginning before there is anything in the store.
@Command(
        name = "status",
        description = "List the lineages in the store with their last checkpoints, and the state of their runs.",
        footer = {"", "Example: spice status --json"})
final class StatusCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    @Option(names = "--json", description = "One JSON object a line for each run; see docs/operating.md.")
    private boolean json;

    @Override
    public Integer call() {
        try (S3BlobStore store =
                S3BlobStore.open(LocalSettings.from(System.getenv()).s3())) {
            Checkpoints checkpoints = new Checkpoints(store);
            List<String> lineages = checkpoints.lineages();
            Optional<TemporalConnection> temporal = TemporalConnection.tried("spice status", PATIENCE);
            Optional<RunStates> states = temporal.map(RunStates::new);
            List<String> others = states.map(known -> known.others(lineages)).orElse(List.of());
            if (lineages.isEmpty() && others.isEmpty() && !json) {
                System.out.println("no runs yet; start one with `spice demo` or `spice run`");
            }
            for (String lineage : lineages) {
                RunRecord run = checkpoints.runs(lineage).getLast();
                show(StatusLine.of(
                        checkpoints,
                        run,
                        states.map(known -> known.of(run.workflow())).orElse("Temporal not reachable")));
            }
            others.forEach(run -> show(
                    StatusLine.unstored(run, states.map(known -> known.of(run)).orElseThrow())));
            temporal.ifPresent(connection -> {
                if (!json) {
                    ScheduleLine.all(connection).forEach(System.out::println);
                }
                connection.close();
            });
        }
        return ExitCode.OK;
    }

    private void show(StatusLine line) {
        System.out.println(json ? new String(Json.bytes(line), StandardCharsets.UTF_8) : line);
    }
}
