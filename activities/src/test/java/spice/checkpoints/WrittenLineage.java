package spice.checkpoints;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import spice.domain.Refusal;
import spice.domain.Repair;
import spice.evaluation.EvaluationRecord;
import spice.evaluation.HeldOutAnswers;
import spice.judging.Samples;
import spice.runs.CheckpointRef;
import spice.runs.Evaluation;
import spice.runs.IterationMetrics;
import spice.runs.StepSeconds;
import spice.runs.TrainMetrics;
import spice.settings.RunSettings;
import spice.steps.BlobList;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.store.StepKey;
import spice.training.TrainedState;

/// Writes into a store what a run leaves there, with a few words in place of weights.
///
/// @param lineage its name
/// @param branch of all its checkpoints
public record WrittenLineage(BlobStore store, String lineage, String branch) {
    private static final RunSettings SETTINGS = Samples.settings("{}");

    /// Commits a base model.
    public static CheckpointRef base(BlobStore store) {
        return new Checkpoints(store)
                .commit(manifest("base", "0123456789ab", 0, Map.of("weights", text(store, "base weights"))));
    }

    /// Commits an iteration that has a model's files and nothing else.
    public static CheckpointRef checkpoint(BlobStore store, String lineage, int iteration, Map<String, BlobRef> files) {
        return new Checkpoints(store).commit(manifest(lineage, "0123456789ab", iteration, files));
    }

    private static CheckpointManifest manifest(
            String lineage, String branch, int iteration, Map<String, BlobRef> files) {
        return new CheckpointManifest(
                CheckpointManifest.FORMAT,
                lineage,
                branch,
                iteration,
                Optional.empty(),
                files,
                Optional.empty(),
                0,
                0,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                CheckpointManifest.GROUNDING,
                "none",
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /// Begins a run of this lineage.
    public void begin(CheckpointRef base, CheckpointRef start) {
        new Checkpoints(store).begin(new RunRecord(lineage, branch, lineage, base, start, SETTINGS));
    }

    /// A corpus of one shard, as an ingest leaves it.
    public BlobRef corpus() {
        BlobRef manifest = store.put(Json.bytes(Map.of("shards", List.of(Map.of("blob", text(store, "passages"))))));
        return store.commit(new StepKey("ingest", 1, Json.sha256("corpus".getBytes(UTF_8))), manifest);
    }

    /// Stores what an iteration samples: one shard.
    public BlobRef shard(int iteration) {
        return store.commit(step("pose", iteration), text("shard", iteration));
    }

    /// Stores what an iteration trains: the blob that names weights and optimizer.
    public TrainedState train(int iteration) {
        TrainedState state = new TrainedState(
                Map.of("weights", text("weights", iteration), "tokenizer", text(store, "tokenizer")),
                Optional.of(text("optimizer", iteration)),
                iteration,
                TrainMetrics.NONE);
        BlobRef result = store.commit(step("train", iteration), store.put(Json.bytes(state)));
        return Json.read(store.get(result), TrainedState.class, "trained state");
    }

    /// Writes an iteration's record, as its commit does first. The pass rate is a tenth of the iteration's number.
    public IterationRecord record(int iteration) {
        IterationRecord record = new IterationRecord(
                Instant.EPOCH.plus(Duration.ofMinutes(iteration)),
                List.of(),
                Optional.of(metrics(iteration / 10.0)),
                Optional.of(TrainMetrics.of(1, 1e-4, -0.1, 0.5, 0.01, 0, 0.7, 1e-4, 500, 2)),
                Optional.of(new StepSeconds(0.1, 2, 1, 0.1, 2)),
                Optional.empty(),
                Optional.of("spice test"));
        record.write(store, lineage, branch, iteration);
        return record;
    }

    private static IterationMetrics metrics(double passRate) {
        return new IterationMetrics(
                8,
                0.75,
                Map.of(Refusal.UNREADABLE, 2),
                Map.of(Repair.FENCE, 1),
                6,
                Optional.of(passRate),
                Optional.of(0.4),
                Map.of(),
                Map.of(),
                0,
                0,
                12,
                Optional.of(18.0),
                Optional.empty(),
                600,
                3);
    }

    /// Commits an iteration.
    public CheckpointRef commit(int iteration, BlobRef corpus) {
        TrainedState state = train(iteration);
        return new Checkpoints(store)
                .commit(new CheckpointManifest(
                        CheckpointManifest.FORMAT,
                        lineage,
                        branch,
                        iteration,
                        Optional.empty(),
                        state.files(),
                        state.optimizer(),
                        iteration,
                        0,
                        Optional.empty(),
                        List.of(),
                        Optional.of(corpus),
                        CheckpointManifest.GROUNDING,
                        "none",
                        Optional.of(text("trajectories", iteration)),
                        Optional.of(text("tasks", iteration)),
                        Optional.empty()));
    }

    /// Records that a checkpoint answered this share of ten held-out questions, with a few words in place of the
    /// answers.
    public static void evaluate(BlobStore store, CheckpointRef checkpoint, double accuracy) {
        evaluate(store, checkpoint, accuracy, text(store, "answers of " + checkpoint.name()));
    }

    /// Records that a checkpoint answered this share of ten held-out questions, with the ten answers.
    public static void answer(BlobStore store, CheckpointRef checkpoint, double accuracy) {
        evaluate(store, checkpoint, accuracy, answers(store, accuracy));
    }

    private static void evaluate(BlobStore store, CheckpointRef checkpoint, double accuracy, BlobRef answers) {
        new EvaluationRecord(
                        checkpoint,
                        text(store, "questions"),
                        new Evaluation(checkpoint.iteration(), 10, accuracy, accuracy, 1, 0, 0, answers))
                .write(store);
    }

    private static BlobRef answers(BlobStore store, double accuracy) {
        return BlobList.put(
                store,
                IntStream.range(0, 10)
                        .mapToObj(question ->
                                new HeldOutAnswers(question < 10 * accuracy, 1, question < 10 * accuracy ? 1 : 0, 0, 0))
                        .toList());
    }

    private StepKey step(String name, int iteration) {
        return new StepKey(name, 1, Json.sha256((lineage + iteration).getBytes(UTF_8)));
    }

    private BlobRef text(String what, int iteration) {
        return text(store, "%s of %s %d".formatted(what, lineage, iteration));
    }

    private static BlobRef text(BlobStore store, String text) {
        return store.put(text.getBytes(UTF_8));
    }
}
