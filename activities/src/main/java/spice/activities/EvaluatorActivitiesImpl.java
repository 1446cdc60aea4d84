package spice.activities;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import spice.domain.Bootstrap;
import spice.domain.Interval;
import spice.domain.Passage;
import spice.domain.Seed;
import spice.domain.Task;
import spice.domain.Verdict;
import spice.model.Sampling;
import spice.roles.AnswerFormat;
import spice.settings.RunSettings;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.verify.AnswerVerifier;
import spice.workflows.CheckpointRef;
import spice.workflows.Comparison.CoEvolution;
import spice.workflows.Comparison.Gain;
import spice.workflows.Evaluation;
import spice.workflows.EvaluationRequest;
import spice.workflows.EvaluatorActivities;
import spice.workflows.OpenedRun;

/// Asks the held-out questions; crosses first and last.
public final class EvaluatorActivitiesImpl implements EvaluatorActivities {
    private static final int VERSION = 3;
    private static final int CROSS_VERSION = 3;
    /// Held-out questions are drawn with the same numbers in every run, so that runs are compared and not their
    /// luck.
    private static final Seed SEED = new Seed(20251028);

    private final Sampler sampler;

    public EvaluatorActivitiesImpl(Sampler sampler) {
        this.sampler = sampler;
    }

    @Override
    public Evaluation evaluate(EvaluationRequest request) {
        RunSettings settings = request.settings();
        BlobStore store = sampler.store();
        List<Task> tasks = Blobs.get(store, request.heldOut(), Task.class);
        int samples = Math.max(settings.heldOutAttempts(), request.k());
        Shards<Task> shards = new Shards<>(tasks, questionsPerShard(settings, samples));
        try (Heartbeat heartbeat = sampler.heartbeats().start()) {
            Player player = sampler.player(request.checkpoint(), settings, heartbeat);
            Lane.Outcome outcome = sampler.lane(heartbeat, "evaluate", VERSION)
                    .work(
                            0,
                            1,
                            shards.count(),
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
                            shard -> Blobs.put(
                                    store,
                                    answers(player, settings, request.k(), shards.of(shard), shards.first(shard))));
            List<HeldOutAnswers> answers = Lane.collect(store, List.of(outcome.shards()), HeldOutAnswers.class);
            Evaluation evaluation = new Evaluation(
                    request.checkpoint().iteration(),
                    answers.size(),
                    Means.of(answers.stream()
                            .mapToDouble(HeldOutAnswers::greedyScore)
                            .toArray()),
                    Means.of(answers.stream().mapToDouble(HeldOutAnswers::mean).toArray()),
                    settings.heldOutAttempts(),
                    request.k() == 0
                            ? 0
                            : Means.of(answers.stream()
                                    .mapToDouble(answer -> answer.passAt(request.k()))
                                    .toArray()),
                    request.k(),
                    Blobs.put(store, answers));
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

    /// Empty for float32, which is what there was when the first results were named.
    private static Optional<RunSettings.Dtype> dtype(RunSettings settings) {
        return settings.dtype() == RunSettings.Dtype.FLOAT32 ? Optional.empty() : Optional.of(settings.dtype());
    }

    /// As many rows in a shard as in a shard of answering, whatever the number of samples.
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
        List<AttemptedTask> greedy = new Reasoner(player, at(0, settings), 1, SEED).attempt(questions);
        List<AttemptedTask> sampled = new Reasoner(player, at(1, settings), samples, SEED).attempt(questions);
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

    private static Sampling at(double temperature, RunSettings settings) {
        return new Sampling(temperature, settings.reasonerTokens()).holding(settings.sampleTokens());
    }

    private static List<Boolean> right(AnswerFormat format, Task task, AttemptedTask attempted) {
        return attempted.attempts().stream()
                .map(attempt -> AnswerVerifier.verify(task, format.finalAnswer(attempt.text())) == Verdict.CORRECT)
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
            CoEvolution coEvolution =
                    new CoEvolution(gain(firstOnFirst, firstOnLast), gain(firstOnFirst, lastOnFirst), mean(lastOnLast));
            List<CrossedDocument> crossed = IntStream.range(0, documents.size())
                    .mapToObj(i -> new CrossedDocument(
                            documents.get(i),
                            crossed(firstTasks.get(i), firstOnFirst.get(i), lastOnFirst.get(i)),
                            crossed(lastTasks.get(i), firstOnLast.get(i), lastOnLast.get(i))))
                    .toList();
            new CrossingRecord(last, coEvolution, Blobs.put(sampler.store(), crossed)).write(sampler.store());
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
        List<Bootstrap.Document> documents = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            documents.add(new Bootstrap.Document(decided(before.get(i)), decided(after.get(i))));
        }
        Interval interval = JudgeActivitiesImpl.BOOTSTRAP.clustered(documents, new Seed(0));
        return new Gain(mean(before), mean(after), interval.low(), interval.high());
    }

    private static List<Double> decided(List<Optional<Double>> passRates) {
        return passRates.stream().flatMap(Optional::stream).toList();
    }

    private static double mean(List<List<Optional<Double>>> documents) {
        return documents.stream()
                .flatMap(document -> decided(document).stream())
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(0);
    }
}
