package spice.cli;

import static java.util.stream.Collectors.toSet;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import spice.local.LocalSettings;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.runs.CheckpointRef;
import spice.store.StoreUpkeep;
import spice.store.Stored;
import spice.store.s3.S3BlobStore;
import spice.store.s3.S3Location;
import spice.store.s3.S3Upkeep;
import spice.temporal.ActiveRunQuery;
import spice.upkeep.ActiveRuns;
import spice.upkeep.GarbageCollection;
import spice.upkeep.Retention;
import spice.upkeep.StoreUser;

/// `spice store gc`.
@Command(
        name = "gc",
        description = "Remove weights of old checkpoints and what nothing refers to. Runs may go on meanwhile.",
        footer = {
            "",
            "Manifests, metrics and tasks stay, and so does what was used within the last hour.",
            "Example: spice store gc --keep-last 3 --keep-every 10"
        })
final class StoreGcCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--dry-run", description = "Only say what would be removed.")
    private boolean dryRun;

    @Option(
            names = "--keep-last",
            paramLabel = "K",
            defaultValue = "3",
            description = "Checkpoints of a lineage to keep, newest first (default: ${DEFAULT-VALUE}).")
    private int keepLast = 3;

    @Option(
            names = "--keep-every",
            paramLabel = "N",
            defaultValue = "0",
            description = "Keep each Nth iteration as well (default: none).")
    private int keepEvery;

    @Option(
            names = "--no-keep-best",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Keep the one with the greatest held-out accuracy as well (default: yes).")
    private boolean keepBest = true;

    @Option(
            names = "--temporal",
            paramLabel = "ADDRESS/NAMESPACE",
            description = "Ask this Temporal too what its runs need, where several share the store. May be repeated.")
    private List<String> temporals = List.of();

    @Option(
            names = "--forget",
            paramLabel = "ID",
            description = "A Temporal namespace that used the store and is gone for good. May be repeated.")
    private List<String> gone = List.of();

    @Option(
            names = "--unmarked",
            description =
                    "Remove what has lost our mark too, as after a copy without metadata; only if the bucket is ours.")
    private boolean unmarked;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Retention retention = retention();
        S3Location location = LocalSettings.ofThisProcess().s3();
        try (S3BlobStore store = S3BlobStore.open(location);
                S3Upkeep upkeep = S3Upkeep.open(location, unmarked)) {
            forget(upkeep);
            ActiveRuns live = ActiveRunQuery.ask(store, temporals);
            if (live instanceof ActiveRuns.Unknown) {
                out.println("Temporal does not answer: every lineage counts as live, so no checkpoint is retired.");
            }
            print(out, new GarbageCollection(store, upkeep).run(retention, live, dryRun));
        }
        return ExitCode.OK;
    }

    private void forget(StoreUpkeep upkeep) {
        if (!gone.isEmpty()) {
            Set<Stored.Content> records = gone.stream()
                    .map(StoreUser::recordName)
                    .map(Stored.Named::new)
                    .collect(toSet());
            upkeep.remove(upkeep.list().objects().stream()
                    .filter(object -> records.contains(object.content()))
                    .toList());
        }
    }

    private Retention retention() {
        try {
            return new Retention(keepLast, keepEvery, keepBest);
        } catch (IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), ExitCode.BAD_INPUT);
        }
    }

    private void print(PrintWriter out, GarbageCollection.Outcome report) {
        String removes = dryRun ? "would remove" : "removed";
        for (Map.Entry<CheckpointRef, String> kept : report.kept().entrySet()) {
            out.println("kept     %s  %s".formatted(kept.getKey().name(), kept.getValue()));
        }
        report.retired().forEach(checkpoint -> out.println("retired  " + checkpoint.name()));
        out.println("%s %s of blobs, %s of results that they were, %s of unfinished uploads"
                .formatted(removes, amount(report.blobs()), amount(report.results()), amount(report.leftovers())));
        long after = report.before()
                - report.blobs().bytes()
                - report.results().bytes()
                - report.leftovers().bytes();
        out.println("store: %,d bytes before, %,d after".formatted(report.before(), after));
        out.flush();
    }

    private static String amount(GarbageCollection.Removed removed) {
        return "%,d bytes in %,d objects".formatted(removed.bytes(), removed.objects());
    }
}
