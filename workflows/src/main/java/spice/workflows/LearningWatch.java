package spice.workflows;

import io.temporal.workflow.Workflow;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import spice.domain.Refusal;
import spice.runs.CheckpointRef;
import spice.runs.Failure;
import spice.runs.IterationMetrics;
import spice.runs.Learning;
import spice.runs.NoValidTasks;
import spice.runs.OpenedRun;
import spice.runs.Rate;
import spice.runs.RunState;
import spice.settings.RunSettings;
import spice.settings.RunSettings.ChallengerMode;

/// Notices that a run learns nothing, and tells the reasons apart: a model that never posed a valid task here, one
/// that has unlearned it, and tasks without a better and a worse answer.
final class LearningWatch {
    /// Versions before this one took a collapse for a want of a larger model, and called a run done that had taken
    /// no update.
    private static final String TELLS_APART = "a run that learns nothing says why";

    /// A model that poses nothing valid for this many iterations in a row will not learn to on its own: with only
    /// invalid tasks all rewards are equal and no gradient flows.
    private static final int EMPTY_ITERATIONS = 3;

    /// Valid tasks that iterations would have given by an earlier valid share: if these many are missing, that is
    /// no bad luck, and nobody needs to wait for three empty iterations.
    private static final int MISSED = 20;

    private LearningWatch() {}

    /// Fails if the policy poses no valid task any more: only a person can decide from where to go on.
    ///
    /// @param state after an iteration
    static void requireSound(RunState state) {
        collapse(state).filter(_ -> tellsApart()).ifPresent(words -> {
            throw Failure.POLICY_COLLAPSED.because(words + NoValidTasks.listed(replies(state)));
        });
    }

    /// Fails after three iterations in a row without a valid task.
    ///
    /// @param state after an iteration
    static void requireTasks(RunState state) {
        if (state.emptyIterations() == EMPTY_ITERATIONS) {
            List<String> replies = tellsApart() ? replies(state) : List.of();
            throw NoValidTasks.failure(
                    "%d iterations in a row".formatted(EMPTY_ITERATIONS), settings(state), state.refusals(), replies);
        }
    }

    /// Fails if the run has iterated and taken no gradient update.
    ///
    /// @param state after the run's last iteration
    static void requireUpdate(RunState state) {
        Optional<Learning> nothing = state.learning()
                .filter(learning -> learning.iterations() > 0 && learning.updates() == 0)
                .filter(_ -> tellsApart());
        if (nothing.isEmpty()) {
            return;
        }
        int iterations = nothing.get().iterations();
        if (state.emptyIterations() == iterations) {
            String who = iterations == 1 ? "the run's iteration" : "the run's %d iterations".formatted(iterations);
            throw NoValidTasks.failure(who, settings(state), state.refusals(), replies(state));
        }
        IterationMetrics last = state.last().orElseThrow().metrics();
        throw Failure.NOTHING_LEARNED.because(
                "the run took no gradient update in %d iterations: within each group all rewards were the same (last valid share %s, pass rate %s, Challenger reward %s). Take larger groups (groupSize, reasonerAttempts), other documents or another model."
                        .formatted(
                                iterations,
                                Rate.inWords(Optional.of(last.validShare())),
                                Rate.inWords(last.passRate()),
                                Rate.inWords(last.challengerReward())));
    }

    private static boolean tellsApart() {
        return Workflow.getVersion(TELLS_APART, Workflow.DEFAULT_VERSION, 1) != Workflow.DEFAULT_VERSION;
    }

    private static RunSettings settings(RunState state) {
        return state.plan().settings();
    }

    private static List<String> replies(RunState state) {
        return Workflow.newActivityStub(
                        JudgeActivities.class,
                        Calls.ofRun(settings(state)).quick("read refused replies of iteration " + state.next()))
                .refusedReplies(state.policy());
    }

    // ---- Collapse ----

    /// The collapse in words, if there is evidence of one: the corpus gave valid tasks before the policy learned.
    private static Optional<String> collapse(RunState state) {
        if (state.emptyIterations() == 0 || settings(state).challenger() == ChallengerMode.FIXED) {
            return Optional.empty();
        }
        return state.learning()
                .flatMap(learning -> learning.sound()
                        .map(sound -> inThisRun(state, learning, sound))
                        .orElseGet(() -> beforeThisRun(state)));
    }

    private static Optional<String> inThisRun(RunState state, Learning learning, Learning.Sound sound) {
        int posed = refused(state);
        boolean certain = state.emptyIterations() >= EMPTY_ITERATIONS || posed * sound.validShare() >= MISSED;
        if (!certain || learning.updates() == sound.updates()) {
            return Optional.empty();
        }
        RunSettings settings = settings(state);
        return Optional.of(String.format(
                Locale.ROOT,
                "the policy collapsed after iteration %d: %.0f %% of the tasks that it posed then were valid, and none of the %d since (refused: %s). %s. What helps is a fork from before, with a smaller learning rate: %s; then spice abort %s. To take the iteration again cannot help.",
                sound.iteration(),
                100 * sound.validShare(),
                posed,
                Refusal.shares(state.refusals()),
                learned(settings, sound),
                Fork.withSmallerSteps(settings, state.run().lineage(), sound.iteration() - 1),
                state.run().lineage()));
    }

    private static int refused(RunState state) {
        return state.refusals().values().stream().mapToInt(Integer::intValue).sum();
    }

    private static String learned(RunSettings settings, Learning.Sound sound) {
        String figures = sound.training()
                .gradientNorm()
                .map(norm -> String.format(
                        Locale.ROOT,
                        ", gradient norm %.3g before clipping, entropy %s nats",
                        norm,
                        Rate.inWords(sound.training().entropy())))
                .orElse("");
        return "It had learned with learningRate %s%s".formatted(Fork.plain(settings.learningRate()), figures);
    }

    private static Optional<String> beforeThisRun(RunState state) {
        OpenedRun run = state.run();
        boolean basePosed =
                settings(state).heldOut().isEmpty() && !state.evaluations().isEmpty();
        if (state.emptyIterations() < EMPTY_ITERATIONS
                || !basePosed
                || run.start().equals(run.base())) {
            return Optional.empty();
        }
        CheckpointRef start = run.start();
        return Optional.of(
                "the policy collapsed before this run: %s@%d poses no valid task on %s (refused: %s), and the base posed %d held-out questions on it. What helps is a fork from an earlier checkpoint, whose next iteration has a validShare above 0 in `spice metrics %s`: spice fork %s@ITERATION; then spice abort %s."
                        .formatted(
                                start.lineage(),
                                start.iteration(),
                                settings(state).corpus(),
                                Refusal.shares(state.refusals()),
                                state.evaluations().getFirst().questions(),
                                start.lineage(),
                                start.lineage(),
                                run.lineage()));
    }
}
