package spice.workflows;

import io.temporal.activity.Activity;
import io.temporal.failure.ApplicationFailure;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import spice.domain.Refusal;
import spice.runs.CheckpointRef;
import spice.runs.Comparison;
import spice.runs.CorpusRef;
import spice.runs.Evaluation;
import spice.runs.Failure;
import spice.runs.IterationMetrics;
import spice.runs.IterationRequest;
import spice.runs.LaneReport;
import spice.runs.OpenedRun;
import spice.runs.StepSeconds;
import spice.runs.TrainMetrics;
import spice.settings.RunSettings;
import spice.settings.StartFrom;
import spice.store.BlobRef;
import spice.store.Json;
import spice.workflows.ChallengerActivities.PoseRequest;
import spice.workflows.EvaluatorActivities.EvaluationRequest;
import spice.workflows.JudgeActivities.ScoreRequest;
import spice.workflows.JudgeActivities.Scored;
import spice.workflows.ReasonerActivities.AttemptRequest;
import spice.workflows.TrainerActivities.Trained;

/// All activities, scripted: they answer with names and numbers, and record what they were asked.
public class ScriptedActivities
        implements CorpusActivities,
                ChallengerActivities,
                ReasonerActivities,
                JudgeActivities,
                TrainerActivities,
                CheckpointActivities,
                EvaluatorActivities,
                ScheduleActivities {
    private static final CheckpointRef BASE = new CheckpointRef("base", "base", 0, blob("base"));

    public final List<String> calls = new CopyOnWriteArrayList<>();
    /// First iteration that poses no valid task.
    public int emptyFrom = Integer.MAX_VALUE;
    /// Iterations that take an update. Those without a valid task never do.
    public IntPredicate learns = number -> number < emptyFrom;
    /// Launchers that the training worker has.
    public Set<String> launchers = Set.of();
    /// Number of held-out questions.
    public int questions = 300;
    /// Number of training attempts that fail before one succeeds.
    public int trainFailures = 0;
    /// Sampling steps in the order in which they began, with their queues: `pose 1 lane 0 on spice-sample`.
    public final List<String> begun = new CopyOnWriteArrayList<>();
    /// Queue of the sampling worker in the trainer's process.
    public Optional<String> sampler = Optional.empty();
    /// Steps that workers hand back to the server.
    Predicate<String> isHandedBack = _ -> false;
    /// Called while the corpus is read.
    public Runnable whileIngesting = () -> {};
    /// What training reports of an update.
    public TrainMetrics trainMetrics = TrainMetrics.of(1, 3e-4, 0.1, 3.25, 0, 0, 0.5, 0, 100, 1);

    /// Called with the iteration's number while it trains.
    public IntConsumer whileTraining = _ -> {};
    /// Called while a branch is named for other settings.
    public Runnable whileTurning = () -> {};
    /// Iterations whose training diverges.
    public Predicate<IterationRequest> isBroken = _ -> false;
    /// The next start of a schedule, in milliseconds since the epoch.
    public Function<String, Optional<Long>> nextStart = _ -> Optional.empty();
    /// The operator's changes, as passed to the commits.
    public final List<String> changes = new CopyOnWriteArrayList<>();
    /// The branch of each commit.
    public final List<String> branches = new CopyOnWriteArrayList<>();

    public static BlobRef blob(String name) {
        return new BlobRef(Json.sha256(name.getBytes(StandardCharsets.UTF_8)), name.length());
    }

    /// A checkpoint that depends on its predecessor and on the settings alone.
    private static CheckpointRef after(IterationRequest iteration) {
        RunSettings settings = iteration.settings();
        return new CheckpointRef(
                iteration.run().lineage(),
                iteration.run().branch(),
                iteration.number(),
                blob("%s, then %d with seed %d and learning rate %s"
                        .formatted(
                                iteration.policy().manifest().sha256(),
                                iteration.number(),
                                settings.seed(),
                                settings.learningRate())));
    }

    private static CheckpointRef start(RunSettings settings) {
        return StartFrom.parse(settings.startFrom()).orElseThrow() instanceof StartFrom.Fork(String from, int iteration)
                ? new CheckpointRef(from, "branch", iteration, blob("%s@%d".formatted(from, iteration)))
                : BASE;
    }

    @Override
    public CorpusRef ingest(RunSettings settings) {
        calls.add("ingest " + settings.corpus());
        whileIngesting.run();
        return new CorpusRef(blob("corpus"), 10, 40, 0);
    }

    @Override
    public void requireCorpus(RunSettings settings) {
        calls.add("requireCorpus " + settings.corpus());
        if (!settings.corpus().startsWith("archive")) {
            throw Failure.CORPUS_UNUSABLE.because("there is no corpus " + settings.corpus());
        }
    }

    @Override
    public Optional<BlobRef> readHeldOut(RunSettings settings) {
        calls.add("readHeldOut");
        return settings.heldOut().isEmpty() ? Optional.empty() : Optional.of(blob("held-out"));
    }

    @Override
    public BlobRef draw(IterationRequest iteration) {
        calls.add("draw " + iteration.number());
        return blob("passages" + iteration.number());
    }

    private void begin(String stage, IterationRequest iteration, int lane) {
        String queue = Activity.getExecutionContext().getInfo().getActivityTaskQueue();
        String step = "%s %d lane %d on %s".formatted(stage, iteration.number(), lane, queue);
        begun.add(step);
        if (isHandedBack.test(step)) {
            throw HandedBack.toTheWorkflow();
        }
    }

    @Override
    public LaneReport pose(PoseRequest request) {
        begin("pose", request.iteration(), request.lane());
        calls.add("pose %d lane %d by %s"
                .formatted(
                        request.iteration().number(),
                        request.lane(),
                        request.iteration().challenger().iteration()));
        return new LaneReport(blob("tasks" + request.lane()), 0, 10, 1);
    }

    @Override
    public BlobRef poseHeldOut(RunSettings settings, CheckpointRef challenger, CorpusRef corpus) {
        calls.add("poseHeldOut");
        return blob("posed");
    }

    @Override
    public LaneReport attempt(AttemptRequest request) {
        begin("attempt", request.iteration(), request.lane());
        calls.add("attempt %d lane %d of %d lanes' tasks"
                .formatted(
                        request.iteration().number(),
                        request.lane(),
                        request.tasks().size()));
        return new LaneReport(blob("attempts" + request.lane()), 0, 20, 1);
    }

    @Override
    public Scored score(ScoreRequest request) {
        int number = request.iteration().number();
        calls.add("score " + number);
        boolean empty = number >= emptyFrom;
        return new Scored(
                blob("trajectories"),
                blob("scored"),
                new IterationMetrics(
                        256,
                        empty ? 0 : 0.9,
                        Map.of(Refusal.UNREADABLE, empty ? 200 : 20, Refusal.QUOTE_NOT_IN_DOCUMENT, empty ? 56 : 6),
                        Map.of(),
                        empty ? 0 : 230,
                        empty ? Optional.empty() : Optional.of(0.5),
                        Optional.of(empty ? -0.1 : 0.4),
                        Map.of(),
                        Map.of(),
                        0,
                        0,
                        12,
                        empty ? Optional.empty() : Optional.of(18.0),
                        Optional.empty(),
                        request.sampledTokens(),
                        request.samplingSeconds()),
                Optional.of(request.passages()));
    }

    @Override
    public Comparison compare(
            Optional<Evaluation> first, Optional<Evaluation> last, Optional<Comparison.CoEvolution> coEvolution) {
        calls.add("compare %s and %s".formatted(first.map(Evaluation::iteration), last.map(Evaluation::iteration)));
        return new Comparison(Optional.empty(), Optional.empty(), coEvolution);
    }

    @Override
    public List<String> refusedReplies(CheckpointRef checkpoint) {
        calls.add("refusedReplies " + checkpoint.iteration());
        return List.of("`one.txt`, UNREADABLE (`no ledger line`): `mumble`");
    }

    @Override
    public void requireTrainer(RunSettings settings) {
        calls.add("requireTrainer " + settings.trainer());
        if (!launchers.contains(settings.trainer())) {
            throw Failure.LAUNCHER_UNKNOWN.because("there is no launcher " + settings.trainer());
        }
    }

    @Override
    public Trained train(IterationRequest iteration, BlobRef trajectories) {
        calls.add("train " + iteration.number());
        if (trainFailures-- > 0) {
            throw ApplicationFailure.newFailure("the GPU fell off", "GPU");
        }
        whileTraining.accept(iteration.number());
        if (isBroken.test(iteration)) {
            throw Failure.TRAINING_DIVERGED.because("the loss is NaN");
        }
        return new Trained(
                blob("state"),
                iteration.number(),
                learns.test(iteration.number()) ? trainMetrics : TrainMetrics.NONE,
                sampler);
    }

    @Override
    public StartingPoint open(RunSettings settings, String lineage, CorpusRef corpus) {
        calls.add("open %s from %s".formatted(lineage, settings.startFrom()));
        return new StartingPoint(BASE, start(settings), "branch");
    }

    @Override
    public OpenedRun turn(OpenedRun run, RunSettings settings, CheckpointRef policy) {
        calls.add("turn at %d to seed %d, learning rate %s, group %d"
                .formatted(policy.iteration(), settings.seed(), settings.learningRate(), settings.groupSize()));
        whileTurning.run();
        return new OpenedRun(run.lineage(), run.branch() + "'", run.base(), policy, run.corpus(), run.heldOut());
    }

    @Override
    public CheckpointRef commit(
            IterationRequest iteration, Scored scored, Trained trained, @Nullable StepSeconds seconds) {
        calls.add("commit " + iteration.number());
        changes.addAll(iteration.changes());
        branches.add(iteration.run().branch());
        return after(iteration);
    }

    @Override
    public Skipped skip(IterationRequest iteration, String reason) {
        calls.add("skip %d: %s".formatted(iteration.number(), reason));
        return new Skipped(turn(iteration.run(), iteration.settings(), iteration.policy()), after(iteration));
    }

    @Override
    public Optional<Long> nextStart(String schedule) {
        calls.add("nextStart " + schedule);
        return nextStart.apply(schedule);
    }

    @Override
    public Evaluation evaluate(EvaluationRequest request) {
        calls.add("evaluate %d, pass@%d".formatted(request.checkpoint().iteration(), request.k()));
        return new Evaluation(
                request.checkpoint().iteration(), questions, 0.3, 0.5, 4, 0.9, request.k(), blob("answers"));
    }

    @Override
    public Optional<Comparison.CoEvolution> coEvolve(RunSettings settings, OpenedRun run, CheckpointRef last) {
        calls.add("coEvolve " + last.iteration());
        return Optional.empty();
    }
}
