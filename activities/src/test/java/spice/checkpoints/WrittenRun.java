package spice.checkpoints;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import spice.domain.AnswerKind;
import spice.domain.Passage;
import spice.domain.Refusal;
import spice.domain.Repair;
import spice.domain.Task;
import spice.domain.Verdict;
import spice.evaluation.CrossedDocument;
import spice.evaluation.CrossingRecord;
import spice.evaluation.EvaluationRecord;
import spice.evaluation.GainEstimate;
import spice.evaluation.HeldOutAnswers;
import spice.ingest.CorpusManifest;
import spice.ingest.FileRefusal;
import spice.ingest.IngestSettings;
import spice.ingest.RefusedFile;
import spice.judging.Samples;
import spice.judging.ScoredTask;
import spice.runs.CheckpointRef;
import spice.runs.Comparison;
import spice.runs.Evaluation;
import spice.runs.IterationMetrics;
import spice.runs.StepSeconds;
import spice.runs.TrainMetrics;
import spice.settings.RunSettings;
import spice.settings.SettingsIdentity;
import spice.steps.BlobList;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;

/// Writes into a store what people read of a run, as its steps would: documents, tasks, figures. The content
/// depends on the iteration's number alone.
///
/// @param words inserted into every text: of documents, model and operator
/// @param attempts at each task
public record WrittenRun(BlobStore store, String lineage, String words, int attempts) {
    private static final String BRANCH = "0123456789ab";
    private static final RunSettings SETTINGS = Samples.settings("{}");
    private static final int ATTEMPTS = 8;
    private static final int DOCUMENTS = 8;
    private static final int QUESTIONS = 20;

    /// A run with eight attempts at each task.
    public WrittenRun(BlobStore store, String lineage, String words) {
        this(store, lineage, words, ATTEMPTS);
    }

    /// Begins the run from a base that was evaluated.
    public void begin() {
        CheckpointRef base = WrittenLineage.base(store);
        new Checkpoints(store).begin(new RunRecord(lineage, BRANCH, lineage, base, base, SETTINGS));
        evaluate(base, 6);
    }

    /// A corpus of one file that was taken and one that was refused.
    public BlobRef corpus() {
        return store.put(Json.bytes(new CorpusManifest(
                IngestSettings.of("none", 96),
                new CorpusManifest.Totals(2, 0, 8, 0, 800, 0),
                List.of(new CorpusManifest.Source(
                        "ledgers/0%s.txt".formatted(words),
                        "text/plain",
                        words,
                        "en",
                        Json.sha256(new byte[0]),
                        900,
                        8,
                        0,
                        List.of(),
                        0,
                        List.of())),
                List.of(new RefusedFile("empty%s.txt".formatted(words), FileRefusal.EMPTY, words)),
                List.of())));
    }

    /// Commits an iteration.
    ///
    /// @param corpus an ingested corpus' manifest
    public CheckpointRef commit(int iteration, BlobRef corpus) {
        IterationMetrics metrics = metrics(iteration);
        List<String> changes = iteration % 50 == 2 ? List.of("learningRate 1.0E-4 " + words) : List.of();
        new IterationRecord(
                        Instant.ofEpochSecond(1_795_000_000L + 60L * iteration),
                        changes,
                        Optional.of(metrics),
                        Optional.of(training(iteration)),
                        Optional.of(new StepSeconds(0.1, 1.5, 4 + iteration % 3, 0.3, 2)),
                        Optional.of(BlobList.put(store, passages(iteration))),
                        Optional.of("spice of the tests"))
                .write(store, lineage, BRANCH, iteration);
        return new Checkpoints(store)
                .commit(new CheckpointManifest(
                        CheckpointManifest.FORMAT,
                        lineage,
                        BRANCH,
                        iteration,
                        Optional.empty(),
                        Map.of(),
                        Optional.empty(),
                        iteration,
                        (long) DOCUMENTS * iteration,
                        Optional.of(SettingsIdentity.effective(SETTINGS)),
                        changes,
                        Optional.of(corpus),
                        CheckpointManifest.GROUNDING,
                        "amd64 of the tests",
                        Optional.empty(),
                        Optional.of(BlobList.put(store, tasks(iteration))),
                        Optional.of(metrics.timeless())));
    }

    /// Records that a checkpoint was asked the held-out questions.
    ///
    /// @param right how many of the twenty answers are right
    public void evaluate(CheckpointRef checkpoint, int right) {
        List<HeldOutAnswers> answers = IntStream.range(0, QUESTIONS)
                .mapToObj(i -> new HeldOutAnswers(i < right, 4, i < right ? 3 : 1, 0, 0))
                .toList();
        new EvaluationRecord(
                        checkpoint,
                        store.put(Json.bytes("questions")),
                        new Evaluation(
                                checkpoint.iteration(),
                                QUESTIONS,
                                right / (double) QUESTIONS,
                                GainEstimate.mean(answers.stream()
                                        .mapToDouble(HeldOutAnswers::mean)
                                        .toArray()),
                                4,
                                0,
                                0,
                                BlobList.put(store, answers)))
                .write(store);
    }

    /// Records that the run has compared this checkpoint with its first.
    public void cross(CheckpointRef last) {
        List<CrossedDocument> documents = passages(last.iteration()).stream()
                .map(passage -> new CrossedDocument(
                        passage,
                        List.of(new CrossedDocument.CrossedTask(task(1, 0), Optional.of(0.5), Optional.of(1.0))),
                        List.of(new CrossedDocument.CrossedTask(task(2, 1), Optional.empty(), Optional.of(0.75)))))
                .toList();
        Comparison.Gain gain = new Comparison.Gain(0.67, 0.34, -0.41, -0.26);
        new CrossingRecord(last, new Comparison.CoEvolution(gain, gain, 0.96), BlobList.put(store, documents))
                .write(store);
    }

    private List<Passage> passages(int iteration) {
        return IntStream.range(0, DOCUMENTS)
                .mapToObj(document -> Samples.passage(
                        "ledgers/%d%s.txt".formatted(document, words),
                        "Harbour book, page %d. %s Sold this day:\nsaffron %d plus 285 is %d\nand nothing else. %s"
                                .formatted(iteration, words, iteration + document, iteration + document + 285, words)))
                .toList();
    }

    private Task task(int iteration, int document) {
        int left = iteration + document;
        return new Task(
                AnswerKind.values()[1 + document % 3],
                "saffron %d plus 285 %s".formatted(left, words),
                List.of(),
                Integer.toString(left + 285),
                List.of("saffron %d plus 285 is %d".formatted(left, left + 285)),
                "%d + 285".formatted(left),
                document % 2 == 0 ? "easy" : "hard " + words);
    }

    private List<ScoredTask> tasks(int iteration) {
        List<ScoredTask> tasks = new ArrayList<>();
        for (int document = 0; document < DOCUMENTS; document++) {
            int right = (iteration + document) % (attempts + 1);
            tasks.add(new ScoredTask(
                    document,
                    Optional.of(task(iteration, document)),
                    Optional.empty(),
                    "",
                    List.of("pose " + words),
                    1 - Math.abs(right / (double) attempts - 0.5),
                    0.25,
                    true,
                    right == 0,
                    IntStream.range(0, attempts)
                            .mapToObj(k -> new ScoredTask.ScoredAttempt(
                                    "7 5 2 c = %d %s".formatted(k < right ? 12 : k, words),
                                    k < right ? Verdict.CORRECT : k == 7 ? Verdict.UNREADABLE : Verdict.WRONG,
                                    k < right ? 0.5 : -0.5))
                            .toList()));
        }
        tasks.add(new ScoredTask(
                0,
                Optional.empty(),
                Optional.of(Refusal.QUOTE_NOT_IN_DOCUMENT),
                "not in the document: " + words,
                List.of("saffron 1 plus 1 is 3 " + words),
                -0.1,
                -0.5,
                false,
                false,
                List.of()));
        return tasks;
    }

    private IterationMetrics metrics(int iteration) {
        double passRate = 0.5 + 0.4 * Math.sin(iteration / 40.0);
        return new IterationMetrics(
                100,
                0.9,
                Map.of(Refusal.UNREADABLE, 4, Refusal.QUOTE_NOT_IN_DOCUMENT, 6),
                Map.of(Repair.FENCE, 12, Repair.TRAILING_COMMA, 3),
                90,
                Optional.of(passRate),
                Optional.of(0.3),
                Map.of(
                        AnswerKind.INTEGER,
                        new IterationMetrics.KindMetrics(50, passRate, 0.3),
                        AnswerKind.STRING,
                        new IterationMetrics.KindMetrics(40, passRate, 0.2)),
                Map.of("easy", 40, "hard " + words, 50),
                iteration % 5,
                0,
                12,
                Optional.of(18.0 + iteration % 7),
                Optional.of(new IterationMetrics.Diversity(90, 80, 8, Optional.of(0.6))),
                19_000,
                2);
    }

    /// In every third iteration another policy than the learner sampled.
    private static TrainMetrics training(int iteration) {
        double difference = iteration % 3 == 0 ? 0.025 : 1e-4;
        return TrainMetrics.of(
                1, 5e-4, -0.01 / iteration, 0.4, 0.02, 0.001, 0.5 + 1.0 / iteration, difference, 20_000, 1.5);
    }
}
