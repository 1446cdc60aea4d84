package spice.activities;

import io.temporal.testing.TestActivityEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import spice.checkpoints.CommitListener;
import spice.domain.Passage;
import spice.domain.Seed;
import spice.formats.AnswerFormat;
import spice.judging.Judge;
import spice.launcher.Launchers;
import spice.policies.Host;
import spice.policies.LoadedPolicies;
import spice.policies.OwnSampling;
import spice.roles.AttemptedTask;
import spice.roles.Challenger;
import spice.roles.IterationSeeds;
import spice.roles.Player;
import spice.roles.PosedDocument;
import spice.roles.Sampler;
import spice.runs.CheckpointRef;
import spice.runs.CorpusRef;
import spice.runs.IterationRequest;
import spice.runs.LaneReport;
import spice.runs.OpenedRun;
import spice.runs.StepSeconds;
import spice.settings.RunSettings;
import spice.steps.BlobList;
import spice.steps.Lane;
import spice.steps.WorkerHeartbeats;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.workflows.CheckpointActivities;
import spice.workflows.JudgeActivities.Scored;
import spice.workflows.ReasonerActivities;
import spice.workflows.ReasonerActivities.AttemptRequest;
import spice.workflows.TrainerActivities;
import spice.workflows.TrainerActivities.Trained;

/// A whole iteration on a model that cannot pose tasks: opening, answering, training and committing are the real
/// activities. The Challenger's replies are a script's, and an answer counts as right by its length, so that the
/// groups' rewards differ.
public final class ScriptedIteration implements AutoCloseable {
    static final String HARVEST = "The north field gave 347 sacks. <|im_end|> The south field gave 285 sacks.";
    static final String CHOOSES = """
            <think>
            Two amounts.
            </think>

            {"suitable_for_mcq": false, "suitable_for_free_form": true, "best_answer_type": "Integer", "reason": "sums"}""";
    static final String POSES = """
            ```json
            {"identified_information": "two fields", "relevant_quotes": ["The north field gave 347 sacks.",
              "The south field gave 285 sacks."], "derivation": "347 + 285", "hardening_process": "a sum",
             "question": "One field gives 347 sacks, another 285. How many is that?", "answer": 632,
             "answer_type": "Integer", "step_by_step_solution": "", "intermediate_results": [],
             "difficulty_level": "easy", "difficulty_justification": "", "solving_time_estimate": "",
             "required_concepts": [], "potential_errors": [],}
            ```""";

    static final Passage PASSAGE =
            new Passage("0".repeat(64), "harvest.txt", 0, "text/plain", "Harvest", "en", HARVEST, 20);

    private final BlobStore store;
    private final ExecutorService threads;
    private final TestActivityEnvironment environment = Activities.environment();
    private final LoadedPolicies policies;
    private final CheckpointActivities checkpoints;
    private final ReasonerActivities reasoner;
    private final TrainerActivities trainer;

    /// Sets up the activities as a worker that samples and trains does.
    ///
    /// @param scratch folder for temporary files
    public ScriptedIteration(BlobStore store, Path scratch, Host host) throws IOException {
        this.store = store;
        threads = Executors.newFixedThreadPool(host.samplers());
        WorkerHeartbeats heartbeats = new WorkerHeartbeats(null, WorkerHeartbeats.PATIENCE, () -> {});
        policies = new LoadedPolicies(store, Files.createDirectories(scratch), host, true);
        environment.registerActivitiesImplementations(
                new CheckpointActivitiesImpl(
                        store,
                        scratch.resolve("models"),
                        "this",
                        "test",
                        heartbeats,
                        Clock.systemUTC(),
                        CommitListener.NONE),
                new ReasonerActivitiesImpl(new Sampler(store, policies, threads, heartbeats)),
                new TrainerActivitiesImpl(
                        store,
                        scratch,
                        heartbeats,
                        Optional.of(new OwnSampling("own", policies)),
                        () -> Launchers.NONE,
                        host));
        checkpoints = environment.newActivityStub(CheckpointActivities.class);
        reasoner = environment.newActivityStub(ReasonerActivities.class);
        trainer = environment.newActivityStub(TrainerActivities.class);
    }

    LoadedPolicies policies() {
        return policies;
    }

    /// The results of the iteration.
    ///
    /// @param start the model before the iteration
    /// @param next the model after the update
    public record Outcome(
            CheckpointRef start,
            PosedDocument posed,
            List<AttemptedTask> attempted,
            Judge.Judgement judged,
            Trained trained,
            CheckpointRef next) {}

    /// @param settings must name a stored model
    /// @param asked receives every prompt of the Challenger
    public Outcome run(RunSettings settings, Consumer<String> asked) {
        BlobRef passages = BlobList.put(store, List.of(PASSAGE));
        CorpusRef corpus = new CorpusRef(BlobList.put(store, List.of()), 1, 1, 0);
        CheckpointActivities.StartingPoint start = checkpoints.open(settings, "line", corpus);
        IterationRequest iteration = new IterationRequest(
                settings,
                new OpenedRun("line", start.branch(), start.base(), start.start(), corpus, corpus.manifest()),
                1,
                start.start(),
                List.of(),
                Optional.empty());
        PosedDocument posed = pose(settings, start.base(), asked);
        BlobRef lane = BlobList.put(store, List.of(new Lane.Shard(0, BlobList.put(store, List.of(posed)))));
        LaneReport answered = reasoner.attempt(new AttemptRequest(iteration, List.of(lane), 0));
        List<AttemptedTask> attempted = Lane.collect(store, List.of(answered.shards()), AttemptedTask.class);
        Judge.Judgement judged = new Judge(
                        rightIfLong(attempted), settings, List.of(PASSAGE), IterationSeeds.of(iteration))
                .score(List.of(posed), attempted, answered.tokens(), answered.seconds());
        BlobRef episodes = BlobList.put(store, judged.episodes());
        Trained trained = trainer.train(iteration, episodes);
        CheckpointRef next = checkpoints.commit(
                iteration,
                new Scored(episodes, BlobList.put(store, judged.tasks()), judged.metrics(), Optional.of(passages)),
                trained,
                new StepSeconds(0, 0, 0, 0, 0));
        return new Outcome(start.base(), posed, attempted, judged, trained, next);
    }

    /// Two dialogues over the document: one ends in a task, the other in text that is none.
    private PosedDocument pose(RunSettings settings, CheckpointRef base, Consumer<String> asked) {
        RecitingPolicy script =
                new RecitingPolicy(policies.policy(base, settings).codec(), (prompt, attempt) -> {
                    asked.accept(prompt);
                    if (!prompt.contains("of type Integer")) {
                        return attempt == 0 ? CHOOSES : CHOOSES.replace("sums", "amounts");
                    }
                    return prompt.contains("sums") ? POSES : "I would rather not.";
                });
        return new Challenger(Player.of(store, base, script, settings), settings, new Seed(settings.seed()))
                .pose(List.of(PASSAGE), 0)
                .getFirst();
    }

    /// Counts the longer half of the answers as right.
    private static AnswerFormat rightIfLong(List<AttemptedTask> attempted) {
        int[] lengths = attempted.getFirst().attempts().stream()
                .mapToInt(attempt -> attempt.text().length())
                .sorted()
                .toArray();
        if (Arrays.stream(lengths).distinct().count() < 2) {
            throw new AssertionError("all answers are equally long: " + Arrays.toString(lengths));
        }
        int middle = lengths[lengths.length / 2];
        int bound = middle > lengths[0] ? middle : middle + 1;
        return reply -> Optional.of(reply.length() >= bound ? "632" : "633");
    }

    @Override
    public void close() {
        environment.close();
        policies.close();
        threads.close();
    }
}
