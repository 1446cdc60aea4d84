package spice.tracking;

import static java.util.stream.Collectors.toMap;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import spice.checkpoints.BranchSegment;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.IterationRecord;
import spice.checkpoints.RunRecord;
import spice.evaluation.EvaluationRecord;
import spice.evaluation.HeldOutAccuracy;
import spice.runs.CheckpointRef;
import spice.runs.Evaluation;
import spice.store.BlobRef;
import spice.store.BlobStore;

/// Reads a lineage's `metrics.jsonl` from the store: a line for each checkpoint on the way to its last one. Each
/// iteration has its own records, which never change. So no line is ever half-written or duplicated, whatever was
/// killed, repeated or branched off, and every iteration costs the same to record.
public final class MetricsReader {
    private final BlobStore store;
    private final Checkpoints checkpoints;

    public MetricsReader(BlobStore store) {
        this.store = store;
        this.checkpoints = new Checkpoints(store);
    }

    /// All lines of a lineage: the checkpoint that it starts from, if it was evaluated, and every iteration.
    public List<MetricsLine> of(String lineage) {
        List<BranchSegment> line = checkpoints.line(lineage);
        List<MetricsLine> all = new ArrayList<>(start(lineage, line).stream().toList());
        all.addAll(after(lineage, line, Integer.MIN_VALUE));
        return all;
    }

    /// The lines of the checkpoints on a line of segments that come after an iteration.
    public List<MetricsLine> after(String lineage, List<BranchSegment> line, int iteration) {
        Map<Integer, HeldOutAccuracy> accuracies = accuracies(lineage, line, iteration);
        return checkpoints
                .on(
                        lineage,
                        line.stream()
                                .flatMap(segment -> segment.after(iteration).stream())
                                .toList())
                .map(checkpoint ->
                        line(lineage, checkpoint, Optional.ofNullable(accuracies.get(checkpoint.iteration()))))
                .toList();
    }

    /// Accuracies of the checkpoints on a line of segments that come after an iteration, by iteration.
    public Map<Integer, HeldOutAccuracy> accuracies(String lineage, List<BranchSegment> line, int iteration) {
        return EvaluationRecord.of(
                        store,
                        lineage,
                        (branch, number) -> number > iteration
                                && line.stream().anyMatch(segment -> segment.contains(branch, number)))
                .stream()
                .filter(record -> isAsked(record.evaluation()))
                .collect(toMap(
                        record -> record.checkpoint().iteration(),
                        record -> accuracy(record.evaluation()),
                        (_, last) -> last));
    }

    /// The line of the checkpoint that a lineage starts from, if it was evaluated.
    public Optional<MetricsLine> start(String lineage, List<BranchSegment> line) {
        return checkpoints.runs(lineage).reversed().stream()
                .filter(run ->
                        line.isEmpty() || run.branch().equals(line.getFirst().branch()))
                .findFirst()
                .map(RunRecord::start)
                .flatMap(start -> evaluation(lineage, start)
                        .filter(MetricsReader::isAsked)
                        .map(evaluation -> line(lineage, start, Optional.of(accuracy(evaluation)))));
    }

    /// The lineage's evaluation of the checkpoint that it starts from. Other runs that start from it may have
    /// evaluated it with other questions. Which questions are this lineage's is known once it has evaluated a
    /// checkpoint of its own.
    private Optional<Evaluation> evaluation(String lineage, CheckpointRef start) {
        Optional<BlobRef> questions =
                EvaluationRecord.of(store, lineage, (branch, iteration) -> !isAt(start, branch, iteration)).stream()
                        .map(EvaluationRecord::heldOut)
                        .reduce((_, last) -> last);
        List<EvaluationRecord> all =
                EvaluationRecord.of(store, start.lineage(), (branch, iteration) -> isAt(start, branch, iteration));
        return all.stream()
                .filter(record -> questions.map(record.heldOut()::equals).orElse(all.size() == 1))
                .map(EvaluationRecord::evaluation)
                .reduce((_, last) -> last);
    }

    private static boolean isAt(CheckpointRef checkpoint, String branch, int iteration) {
        return checkpoint.branch().equals(branch) && checkpoint.iteration() == iteration;
    }

    /// Whether there were any questions: the first Challenger may have posed no valid task on the held-out
    /// documents.
    private static boolean isAsked(Evaluation evaluation) {
        return evaluation.questions() > 0;
    }

    private HeldOutAccuracy accuracy(Evaluation evaluation) {
        return HeldOutAccuracy.of(store, evaluation);
    }

    private MetricsLine line(String lineage, CheckpointRef checkpoint, Optional<HeldOutAccuracy> heldOut) {
        return IterationRecord.of(store, checkpoint)
                .map(record -> MetricsLine.of(lineage, checkpoint, record, heldOut))
                .orElseGet(() ->
                        MetricsLine.withoutRecord(lineage, checkpoint, checkpoints.manifest(checkpoint), heldOut));
    }
}
