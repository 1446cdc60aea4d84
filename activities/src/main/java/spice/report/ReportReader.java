package spice.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Gatherers;
import java.util.stream.IntStream;
import spice.checkpoints.CheckpointManifest;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.IterationRecord;
import spice.checkpoints.RunRecord;
import spice.evaluation.CrossingRecord;
import spice.ingest.CorpusManifest;
import spice.runs.CheckpointRef;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.tracking.MetricsLine;
import spice.tracking.MetricsReader;

/// Reads the data of a run's page from the store, without Temporal.
final class ReportReader {
    /// Most iterations to show: beyond this a chart has more points than a screen has columns.
    static final int MOST_LINES = 1_000;
    /// Bytes for all tasks; with lines, corpus and crossing the page stays well below 20 MB.
    private static final int TASKS_ROOM = 8_000_000;

    /// Most bytes for the tasks of one iteration.
    private static final int MOST_ROOM = 40_000;
    /// Iterations whose tasks are read concurrently.
    private static final int READERS = 8;

    private static final int MOST_WORDS = 8;
    private static final int MOST_CHANGES = 4;
    private static final ObjectMapper JSON = Json.mapper();

    private final BlobStore store;
    private final String address;
    private final Checkpoints checkpoints;

    /// @param address the store's address, for people: `s3://bucket`
    ReportReader(BlobStore store, String address) {
        this.store = store;
        this.address = address;
        this.checkpoints = new Checkpoints(store);
    }

    /// The data of a run, without its state in Temporal.
    ///
    /// @param last the last iteration to show
    ReportData read(String lineage, int last) {
        List<MetricsLine> all = new MetricsReader(store)
                .of(lineage).stream().filter(line -> line.iteration() <= last).toList();
        int every = Math.ceilDiv(Math.max(1, all.size()), MOST_LINES);
        List<MetricsLine> shown = IntStream.range(0, all.size())
                .filter(i -> i % every == 0 || i == all.size() - 1)
                .mapToObj(all::get)
                .toList();
        return data(lineage, shown, every, TASKS_ROOM / Math.max(1, shown.size()));
    }

    /// New data of a run.
    ///
    /// @param lines the lines that are new or have changed
    ReportData news(String lineage, List<MetricsLine> lines) {
        return data(lineage, lines, 1, MOST_ROOM);
    }

    /// Whether the run has compared the last of these checkpoints with its first.
    boolean isCrossed(List<MetricsLine> lines) {
        return lines.stream()
                .reduce((_, line) -> line)
                .flatMap(line -> checkpoints.named(line.checkpoint()))
                .flatMap(checkpoint -> CrossingRecord.of(store, checkpoint))
                .isPresent();
    }

    private ReportData data(String lineage, List<MetricsLine> lines, int every, int room) {
        Optional<CheckpointRef> last =
                lines.stream().reduce((_, line) -> line).flatMap(line -> checkpoints.named(line.checkpoint()));
        Optional<CheckpointManifest> manifest = last.map(checkpoints::manifest);
        return new ReportData(
                lineage,
                address,
                Optional.empty(),
                last.map(checkpoint -> head(lineage, checkpoint, manifest.orElseThrow())),
                Optional.empty(),
                every,
                lines.stream().map(ReportReader::shown).toList(),
                lines.stream()
                        .gather(Gatherers.mapConcurrent(READERS, line -> tasks(line, Math.min(MOST_ROOM, room))))
                        .flatMap(Optional::stream)
                        .toList(),
                last.flatMap(checkpoint -> CrossingRecord.of(store, checkpoint))
                        .map(crossing -> ShownCrossing.of(store, crossing)),
                manifest.flatMap(CheckpointManifest::corpus).map(this::corpus));
    }

    private ShownHead head(String lineage, CheckpointRef last, CheckpointManifest manifest) {
        List<RunRecord> runs = checkpoints.runs(lineage).reversed();
        RunRecord run = runs.stream()
                .filter(made -> made.branch().equals(last.branch()))
                .findFirst()
                .orElseGet(runs::getFirst);
        String version = IterationRecord.of(store, last)
                .flatMap(IterationRecord::version)
                .orElse("");
        return ShownHead.of(run, last, manifest, version);
    }

    private ShownCorpus corpus(BlobRef manifest) {
        return ShownCorpus.of(manifest.sha256(), CorpusManifest.read(store, manifest));
    }

    private Optional<ShownIteration> tasks(MetricsLine line, int room) {
        return checkpoints
                .named(line.checkpoint())
                .flatMap(checkpoint -> checkpoints
                        .manifest(checkpoint)
                        .tasks()
                        .map(tasks -> ShownIteration.of(
                                store, line.iteration(), tasks, IterationRecord.of(store, checkpoint), room)));
    }

    /// A line as JSON, with bounds on everything that a model or an operator can make arbitrarily long.
    private static ObjectNode shown(MetricsLine line) {
        ObjectNode shown = JSON.valueToTree(line);
        shown.remove(List.of("lineage", "branch"));
        ArrayNode changes = shown.putArray("changes");
        line.changes().stream()
                .limit(MOST_CHANGES)
                .map(change -> Excerpt.beginning(change, ShownTask.WORDS / 2))
                .forEach(changes::add);
        line.metrics().ifPresent(metrics -> {
            ObjectNode words = shown.withObject("/metrics").putObject("difficulties");
            List<Map.Entry<String, Integer>> mostFirst =
                    new ArrayList<>(metrics.difficulties().entrySet());
            mostFirst.sort(Map.Entry.<String, Integer>comparingByValue()
                    .reversed()
                    .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())));
            mostFirst.stream()
                    .limit(MOST_WORDS)
                    .forEach(word -> words.put(Excerpt.beginning(word.getKey(), 24), word.getValue()));
        });
        return shown;
    }
}
