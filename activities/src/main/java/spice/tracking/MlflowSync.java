package spice.tracking;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import spice.checkpoints.BranchSegment;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.IterationRecord;
import spice.checkpoints.RunRecord;
import spice.evaluation.HeldOutAccuracy;
import spice.store.BlobStore;
import spice.store.Json;
import spice.tracking.MlflowClient.Metric;

/// Copies to an MLflow server what the store holds about a lineage.
///
/// A line of checkpoints is one MLflow run. A branch that continues at its end belongs to the same run. A branch
/// that leaves the line earlier, for instance after a reset, has other metrics for the same steps and so a run of
/// its own.
///
/// Tags of the run record how far the server is. They are written after the metrics that they refer to. So any
/// process can go on from there, after a crash of either side: metrics whose tag was lost are written again with
/// the same values, and MLflow keeps them once.
///
/// The store decides which MLflow run belongs to a line, since the first writer of a record wins: workers that
/// create runs at the same moment end up with one.
final class MlflowSync {
    private static final ObjectMapper JSON = Json.mapper();
    private static final String LINEAGE = "spice.lineage";
    /// Tag: time of the first commit, which distinguishes lineages of the same name in different stores.
    private static final String BEGAN = "spice.began";
    private static final String BRANCH = "spice.branch";
    private static final String ITERATION = "spice.iteration";
    private static final String EVALUATED = "spice.evaluated";
    private static final String CHECKPOINT = "spice.checkpoint";
    private static final String MANIFEST = "spice.manifest";
    private static final String CHANGES = "spice.changes";
    private static final String STORE = "spice.store";
    private static final String REPORT = "spice.report";
    /// Tag: checkpoint and status that the uploaded report describes.
    private static final String REPORTED = "spice.reported";

    private static final String REPORT_FILE = "report.html";
    private static final String AGREED = "mlflow/";
    private static final String HELD_OUT = "heldOut";
    /// Metrics in one call; MLflow accepts a thousand.
    private static final int BATCH = 900;
    /// The longest tag, in characters, that every MLflow server accepts.
    private static final int TAG = 5000;

    private final BlobStore store;
    private final String address;
    private final Checkpoints checkpoints;
    private final MetricsReader lines;
    private final MlflowClient mlflow;
    private final Function<String, Optional<MlflowStatus>> status;
    private final EndedRuns ended;
    private final Clock clock;

    /// Record in the store: the MLflow run that belongs to a line.
    private record Agreed(String run) {}

    /// @param address the store's address, for people
    /// @param status gives the status of a lineage's run; empty if it is unknown
    /// @param ended gives the reports of ended runs
    MlflowSync(
            BlobStore store,
            String address,
            MlflowClient mlflow,
            Function<String, Optional<MlflowStatus>> status,
            EndedRuns ended,
            Clock clock) {
        this.store = store;
        this.address = address;
        this.checkpoints = new Checkpoints(store);
        this.lines = new MetricsReader(store);
        this.mlflow = mlflow;
        this.status = status;
        this.ended = ended;
        this.clock = clock;
    }

    /// Copies everything that the server lacks.
    ///
    /// @return whether the run is still going on
    /// @throws MlflowException if the server fails
    /// @throws spice.store.StoreException if the store fails
    boolean catchUp(String lineage) {
        List<BranchSegment> line = checkpoints.line(lineage);
        if (line.isEmpty()) {
            return false;
        }
        Optional<MlflowStatus> standing = status.apply(lineage);
        MlflowRun run = run(lineage, line);
        iterations(lineage, line, run);
        evaluations(lineage, line, run);
        standing.filter(now -> now != MlflowStatus.RUNNING).ifPresent(end -> report(lineage, line, run, end));
        standing.filter(now -> !now.name().equals(run.status()))
                .ifPresent(now -> mlflow.update(run.id(), now, clock.instant()));
        return standing.equals(Optional.of(MlflowStatus.RUNNING));
    }

    // ---- The run ----

    private MlflowRun run(String lineage, List<BranchSegment> line) {
        String experiment = mlflow.experiment();
        Instant began = committed(lineage, line, line.getFirst().first());
        Optional<MlflowRun> made = Optional.empty();
        while (true) {
            List<MlflowRun> there = there(experiment, lineage, began, line);
            if (there.isEmpty()) {
                made = Optional.of(create(experiment, lineage, began, line));
                there = List.of(made.get());
            }
            Optional<MlflowRun> agreed = agreed(lineage, there);
            if (agreed.isPresent()) {
                made.filter(own -> !own.id().equals(agreed.get().id())).ifPresent(own -> mlflow.delete(own.id()));
                return agreed.get();
            }
        }
    }

    /// The run that the store names for this line. If it names none yet, this writes the one that is furthest.
    /// Empty if another worker has just named a run that is not in the list.
    private Optional<MlflowRun> agreed(String lineage, List<MlflowRun> there) {
        String place = "%s%s/%s/".formatted(AGREED, mlflow.place(), lineage);
        for (int number = 0; ; number++) {
            String name = "%s%08d".formatted(place, number);
            Optional<Agreed> before = store.read(name).map(json -> Json.read(json, Agreed.class, name));
            if (before.isEmpty()) {
                MlflowRun furthest = there.getFirst();
                return store.create(name, Json.bytes(new Agreed(furthest.id())))
                        ? Optional.of(furthest)
                        : Optional.empty();
            }
            // Runs of other lines, and runs that were deleted in MLflow, are skipped.
            Optional<MlflowRun> run = there.stream()
                    .filter(each -> each.id().equals(before.get().run()))
                    .findFirst();
            if (run.isPresent()) {
                return run;
            }
        }
    }

    /// The runs of this line, the furthest first.
    private List<MlflowRun> there(String experiment, String lineage, Instant began, List<BranchSegment> line) {
        return mlflow.runs(experiment, LINEAGE, lineage).stream()
                .filter(run -> began.toString().equals(run.tags().get(BEGAN)))
                .filter(run -> isOn(line, run.tags().getOrDefault(BRANCH, ""), number(run, ITERATION)))
                .sorted(Comparator.<MlflowRun>comparingInt(run -> -number(run, ITERATION))
                        .thenComparing(MlflowRun::id))
                .toList();
    }

    /// Whether a run belongs to the line. A run without steps belongs to the line that begins as the run does.
    private static boolean isOn(List<BranchSegment> line, String branch, int iteration) {
        BranchSegment first = line.getFirst();
        return (branch.equals(first.branch()) && iteration == first.first() - 1)
                || line.stream().anyMatch(segment -> segment.contains(branch, iteration));
    }

    private static int number(MlflowRun run, String tag) {
        String value = run.tags().getOrDefault(tag, "");
        return value.matches("\\d{1,9}") ? Integer.parseInt(value) : -1;
    }

    private MlflowRun create(String experiment, String lineage, Instant began, List<BranchSegment> line) {
        BranchSegment first = line.getFirst();
        return mlflow.create(
                experiment,
                lineage,
                began,
                Map.of(
                        LINEAGE,
                        lineage,
                        BEGAN,
                        began.toString(),
                        STORE,
                        address,
                        BRANCH,
                        first.branch(),
                        ITERATION,
                        Integer.toString(first.first() - 1)));
    }

    /// The settings with which the line began. Later changes are tags.
    private Map<String, String> parameters(String lineage, List<BranchSegment> line) {
        Map<String, String> parameters = new TreeMap<>();
        checkpoints.runs(lineage).stream()
                .filter(run -> run.branch().equals(line.getFirst().branch()))
                .findFirst()
                .map(RunRecord::settings)
                .ifPresent(settings -> {
                    JsonNode object = JSON.valueToTree(settings);
                    object.properties()
                            .forEach(setting -> parameters.put(
                                    setting.getKey(), setting.getValue().asText()));
                    // MLflow refuses empty parameters.
                    parameters.values().removeIf(String::isEmpty);
                });
        return parameters;
    }

    private Instant committed(String lineage, List<BranchSegment> line, int iteration) {
        return line.stream()
                .filter(segment -> segment.contains(segment.branch(), iteration))
                .findFirst()
                .flatMap(segment -> checkpoints.find(lineage, segment.branch(), iteration))
                .flatMap(checkpoint -> IterationRecord.of(store, checkpoint))
                .map(IterationRecord::committed)
                .orElse(Instant.EPOCH);
    }

    // ---- Its report ----

    /// Uploads the report of an ended run as an artifact, if the server accepts artifacts, and tags the run with
    /// the report's address in the store.
    private void report(String lineage, List<BranchSegment> line, MlflowRun run, MlflowStatus end) {
        String reported =
                "%s/%08d %s".formatted(line.getLast().branch(), line.getLast().last(), end);
        if (reported.equals(run.tags().get(REPORTED))) {
            return;
        }
        ended.report(lineage).ifPresent(report -> {
            Map<String, String> tags = new LinkedHashMap<>();
            report.blob()
                    .ifPresent(blob -> tags.put(
                            REPORT,
                            "%s/blobs/%s/%s".formatted(address, blob.sha256().substring(0, 2), blob.sha256())));
            mlflow.upload(run, REPORT_FILE, report.html());
            tags.put(REPORTED, reported);
            mlflow.log(run.id(), List.of(), Map.of(), tags);
        });
    }

    // ---- Its metrics ----

    private void iterations(String lineage, List<BranchSegment> line, MlflowRun run) {
        int logged = number(run, ITERATION);
        if (logged < line.getFirst().first()) {
            mlflow.log(run.id(), List.of(), parameters(lineage, line), Map.of());
        }
        List<Metric> metrics = new ArrayList<>();
        Map<String, String> tags = new LinkedHashMap<>();
        for (MetricsLine next : lines.after(lineage, line, logged)) {
            List<Metric> more = metrics(next);
            if (metrics.size() + more.size() > BATCH) {
                mlflow.log(run.id(), metrics, Map.of(), tags);
                metrics.clear();
            }
            metrics.addAll(more);
            tags.putAll(tags(next));
        }
        if (!tags.isEmpty()) {
            mlflow.log(run.id(), metrics, Map.of(), tags);
        }
    }

    private static List<Metric> metrics(MetricsLine line) {
        Map<String, Double> figures = new LinkedHashMap<>();
        line.metrics().ifPresent(metrics -> figures.putAll(Figures.of("iteration", metrics)));
        line.training().ifPresent(training -> figures.putAll(Figures.of("training", training)));
        line.seconds().ifPresent(seconds -> figures.putAll(Figures.of("seconds", seconds)));
        line.tokensPerSecond().ifPresent(speed -> figures.put("tokensPerSecond", speed));
        line.trainedTokensPerSecond().ifPresent(speed -> figures.put("trainedTokensPerSecond", speed));
        return metrics(figures, line.committed().orElse(Instant.EPOCH), line.iteration());
    }

    private static List<Metric> metrics(Map<String, Double> figures, Instant at, int step) {
        return figures.entrySet().stream()
                .map(figure -> new Metric(figure.getKey(), figure.getValue(), at.toEpochMilli(), step))
                .toList();
    }

    private static Map<String, String> tags(MetricsLine line) {
        Map<String, String> tags = new LinkedHashMap<>(Map.of(
                BRANCH,
                line.branch(),
                ITERATION,
                Integer.toString(line.iteration()),
                CHECKPOINT,
                line.checkpoint(),
                MANIFEST,
                line.manifest()));
        if (!line.changes().isEmpty()) {
            String changes = String.join("; ", line.changes());
            tags.put(CHANGES, changes.length() > TAG ? changes.substring(0, TAG) : changes);
        }
        return tags;
    }

    /// Logs the evaluations that the server lacks. A checkpoint is evaluated after its commit, but before the
    /// evaluation of the next one.
    private void evaluations(String lineage, List<BranchSegment> line, MlflowRun run) {
        int evaluated = number(run, EVALUATED);
        TreeMap<Integer, HeldOutAccuracy> accuracies = new TreeMap<>(lines.accuracies(lineage, line, evaluated));
        if (evaluated < 0) {
            lines.start(lineage, line)
                    .ifPresent(start ->
                            start.heldOut().ifPresent(accuracy -> accuracies.put(start.iteration(), accuracy)));
        }
        if (!accuracies.isEmpty()) {
            List<Metric> metrics = new ArrayList<>();
            accuracies.forEach((iteration, accuracy) -> metrics.addAll(metrics(
                    Figures.of(HELD_OUT, accuracy),
                    committed(lineage, line, Math.max(iteration, line.getFirst().first())),
                    iteration)));
            for (int from = 0; from < metrics.size(); from += BATCH) {
                mlflow.log(run.id(), metrics.subList(from, Math.min(metrics.size(), from + BATCH)), Map.of(), Map.of());
            }
            mlflow.log(run.id(), List.of(), Map.of(), Map.of(EVALUATED, Integer.toString(accuracies.lastKey())));
        }
    }
}
