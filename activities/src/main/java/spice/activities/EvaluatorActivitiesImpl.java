package spice.activities;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import spice.corpus.Corpora;
import spice.corpus.Draw;
import spice.domain.Bootstrap;
import spice.domain.Passage;
import spice.domain.Seed;
import spice.domain.Task;
import spice.domain.Verdict;
import spice.evaluation.CrossedDocument;
import spice.evaluation.Crossing;
import spice.evaluation.CrossingRecord;
import spice.evaluation.EvaluationRecord;
import spice.evaluation.GainEstimate;
import spice.evaluation.HeldOutAnswers;
import spice.formats.AnswerFormat;
import spice.judging.VerifiedAttempts;
import spice.policies.ModelSettings;
import spice.roles.AttemptedTask;
import spice.roles.Player;
import spice.roles.PosedDocument;
import spice.roles.Reasoner;
import spice.roles.Sampler;
import spice.runs.CheckpointRef;
import spice.runs.Comparison.CoEvolution;
import spice.runs.Comparison.Gain;
import spice.runs.Evaluation;
import spice.runs.OpenedRun;
import spice.settings.RunSettings;
import spice.steps.BlobList;
import spice.steps.Heartbeat;
import spice.steps.Sharded;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.workflows.EvaluatorActivities;
import spice.workflows.EvaluatorActivities.EvaluationRequest;

/// Evaluates checkpoints on held-out questions, and crosses the first and the last checkpoint's roles.
public final class EvaluatorActivitiesImpl implements EvaluatorActivities {
    private static final int VERSION = 5;
    private static final int CROSS_VERSION = 5;
    /// Seed of held-out answers and of the documents for co-evolution. It is the same in every run, so that a
    /// comparison of two runs does not compare their luck.
    private static final Seed SEED = new Seed(20251028);

    private final Sampler sampler;

    public EvaluatorActivitiesImpl(Sampler sampler) {
        this.sampler = sampler;
    }

    @Override
    public Evaluation evaluate(EvaluationRequest request) {
        RunSettings settings = request.settings();
        BlobStore store = sampler.store();
        List<Task> tasks = BlobList.get(store, request.heldOut(), Task.class);
        if (tasks.isEmpty()) {
            // The run takes an evaluation without questions for none.
            return new Evaluation(request.checkpoint().iteration(), 0, 0, 0, 0, 0, 0, request.heldOut());
        }
        int samples = Math.max(settings.heldOutAttempts(), request.k());
        Sharded<Task> shards = new Sharded<>(tasks, questionsPerShard(settings, samples));
        try (Heartbeat heartbeat = sampler.heartbeats().start()) {
            Player player = sampler.player(request.checkpoint(), settings, heartbeat);
            List<HeldOutAnswers> answers = sampler.lane(heartbeat, "evaluate", "questions", VERSION)
                    .all(
                            shards,
                            shard -> new Inputs(
                                    request.checkpoint().manifest(),
                                    request.heldOut(),
                                    settings.roles().name(),
                                    dtype(settings),
                                    settings.reasonerTokens(),
                                    settings.heldOutAttempts(),
                                    request.k(),
                                    shards.size(),
                                    shard),
                            shard -> answers(player, settings, request.k(), shards.of(shard), shards.first(shard)),
                            HeldOutAnswers.class);
            Evaluation evaluation = new Evaluation(
                    request.checkpoint().iteration(),
                    answers.size(),
                    GainEstimate.mean(answers.stream()
                            .mapToDouble(HeldOutAnswers::greedyScore)
                            .toArray()),
                    GainEstimate.mean(
                            answers.stream().mapToDouble(HeldOutAnswers::mean).toArray()),
                    settings.heldOutAttempts(),
                    request.k() == 0
                            ? 0
                            : GainEstimate.mean(answers.stream()
                                    .mapToDouble(answer -> answer.passAt(request.k()))
                                    .toArray()),
                    request.k(),
                    BlobList.put(store, answers));
            new EvaluationRecord(request.checkpoint(), request.heldOut(), evaluation).write(store);
            return evaluation;
        }
    }

    private record Inputs(
            BlobRef checkpoint,
            BlobRef heldOut,
            String roles,
            @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<RunSettings.Dtype> dtype,
            int reasonerTokens,
            int attempts,
            int k,
            int shardSize,
            int shard) {}

    /// Empty for float32, so that results keep the names from before there was another dtype.
    private static Optional<RunSettings.Dtype> dtype(RunSettings settings) {
        return settings.dtype() == RunSettings.Dtype.FLOAT32 ? Optional.empty() : Optional.of(settings.dtype());
    }

    /// The number of questions that gives a shard as many rows as a shard of `attempt`, whatever the number of
    /// samples.
    private static int questionsPerShard(RunSettings settings, int samples) {
        return Math.max(1, settings.attemptShardTasks() * settings.reasonerAttempts() / samples);
    }

    private static List<HeldOutAnswers> answers(
            Player player, RunSettings settings, int k, List<Task> tasks, int first) {
        List<Reasoner.Question> questions = IntStream.range(0, tasks.size())
                .mapToObj(i -> new Reasoner.Question(first + i, 0, tasks.get(i)))
                .toList();
        int attempts = settings.heldOutAttempts();
        int samples = Math.max(attempts, k);
        List<AttemptedTask> greedy =
                new Reasoner(player, ModelSettings.heldOut(settings, 0), 1, SEED).attempt(questions);
        List<AttemptedTask> sampled =
                new Reasoner(player, ModelSettings.heldOut(settings, 1), samples, SEED).attempt(questions);
        return IntStream.range(0, tasks.size())
                .mapToObj(i -> {
                    List<Boolean> right = right(player.format(), tasks.get(i), sampled.get(i));
                    return new HeldOutAnswers(
                            right(player.format(), tasks.get(i), greedy.get(i)).getFirst(),
                            attempts,
                            count(right.subList(0, attempts)),
                            k == 0 ? 0 : samples,
                            k == 0 ? 0 : count(right));
                })
                .toList();
    }

    private static List<Boolean> right(AnswerFormat format, Task task, AttemptedTask attempted) {
        return VerifiedAttempts.of(format, task, attempted).verdicts().stream()
                .map(Verdict.CORRECT::equals)
                .toList();
    }

    private static int count(List<Boolean> right) {
        return (int) right.stream().filter(Boolean::booleanValue).count();
    }

    @Override
    public Optional<CoEvolution> coEvolve(RunSettings settings, OpenedRun run, CheckpointRef last) {
        List<Passage> passages =
                Corpora.toLearnFrom(sampler.store(), run.corpus().manifest(), settings);
        List<Passage> documents = Draw.positions(
                        passages.size(), 0, Math.min(settings.coEvolutionDocuments(), passages.size()), SEED)
                .stream()
                .map(passages::get)
                .toList();
        try (Heartbeat heartbeat = sampler.heartbeats().start()) {
            Crossing crossing = new Crossing(sampler, heartbeat, settings, documents, CROSS_VERSION);
            List<PosedDocument> firstTasks = crossing.pose(run.base());
            List<PosedDocument> lastTasks = crossing.pose(last);
            if (nothingPosed(firstTasks) || nothingPosed(lastTasks)) {
                return Optional.empty();
            }
            List<List<Optional<Double>>> firstOnFirst = crossing.passRates(run.base(), firstTasks);
            List<List<Optional<Double>>> firstOnLast = crossing.passRates(run.base(), lastTasks);
            List<List<Optional<Double>>> lastOnFirst = crossing.passRates(last, firstTasks);
            List<List<Optional<Double>>> lastOnLast = crossing.passRates(last, lastTasks);
            if (Stream.of(firstOnFirst, firstOnLast, lastOnFirst, lastOnLast)
                    .anyMatch(EvaluatorActivitiesImpl::nothingDecided)) {
                return Optional.empty();
            }
            CoEvolution coEvolution =
                    new CoEvolution(gain(firstOnFirst, firstOnLast), gain(firstOnFirst, lastOnFirst), mean(lastOnLast));
            List<CrossedDocument> crossed = IntStream.range(0, documents.size())
                    .mapToObj(i -> new CrossedDocument(
                            documents.get(i),
                            crossed(firstTasks.get(i), firstOnFirst.get(i), lastOnFirst.get(i)),
                            crossed(lastTasks.get(i), firstOnLast.get(i), lastOnLast.get(i))))
                    .toList();
            new CrossingRecord(last, coEvolution, BlobList.put(sampler.store(), crossed)).write(sampler.store());
            return Optional.of(coEvolution);
        }
    }

    private static List<CrossedDocument.CrossedTask> crossed(
            PosedDocument posed, List<Optional<Double>> first, List<Optional<Double>> last) {
        List<Task> tasks =
                posed.group().stream().flatMap(task -> task.task().stream()).toList();
        return IntStream.range(0, tasks.size())
                .mapToObj(i -> new CrossedDocument.CrossedTask(tasks.get(i), first.get(i), last.get(i)))
                .toList();
    }

    private static boolean nothingPosed(List<PosedDocument> documents) {
        return documents.stream().allMatch(document -> document.valid() == 0);
    }

    private static Gain gain(List<List<Optional<Double>>> before, List<List<Optional<Double>>> after) {
        return GainEstimate.byDocument(IntStream.range(0, before.size())
                .mapToObj(i -> new Bootstrap.Document(decided(before.get(i)), decided(after.get(i))))
                .toList());
    }

    private static List<Double> decided(List<Optional<Double>> passRates) {
        return passRates.stream().flatMap(Optional::stream).toList();
    }

    private static boolean nothingDecided(List<List<Optional<Double>>> documents) {
        return documents.stream().allMatch(passRates -> decided(passRates).isEmpty());
    }

    private static double mean(List<List<Optional<Double>>> documents) {
        return GainEstimate.overall(
                documents.stream().map(EvaluatorActivitiesImpl::decided).toList());
    }
}
