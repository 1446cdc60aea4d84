package spice.workflows;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;
import spice.domain.Seed;
import spice.operating.Operator;
import spice.runs.OpenedRun;
import spice.runs.RunPlan;
import spice.runs.RunState;
import spice.settings.RunSettings;
import spice.settings.SettingsIdentity;
import spice.store.Json;

/// How other settings take hold between two iterations. Settings that have an effect on results open a branch of
/// the lineage; all others change nothing else.
final class Branching {
    private static final ObjectMapper JSON = Json.mapper();
    /// A person can type a seed below this anywhere, JSON's numbers in a browser included.
    private static final long SEEDS = 1L << 48;
    /// Versions before this one left what was asked for meanwhile to the next safe point.
    private static final String ALL_APPLY = "what is asked for while a branch is named applies at once";

    private Branching() {}

    /// The state with the settings that the operator has asked for, if any: also while the store named a branch for
    /// earlier ones.
    static RunState applyChanges(Operator operator, RunState state) {
        RunState applied = apply(operator, state);
        while (operator.isChangePending()
                && Workflow.getVersion(ALL_APPLY, Workflow.DEFAULT_VERSION, 1) != Workflow.DEFAULT_VERSION) {
            applied = apply(operator, applied);
        }
        return applied;
    }

    private static RunState apply(Operator operator, RunState state) {
        RunState applied = operator.takeChange()
                .map(change -> onBranch(
                        state, change.settings(), change.changes(), state.plan().fresh()))
                .orElse(state);
        operator.reached(applied, false);
        return applied;
    }

    /// The state on a branch whose seeds are others from the next iteration on.
    static RunState withFreshSeeds(RunState state) {
        RunSettings settings = state.plan().settings();
        int fresh = state.plan().fresh() + 1;
        long seed =
                new Seed(settings.seed()).child("fresh", state.next(), fresh).value() & (SEEDS - 1);
        ObjectNode changed = JSON.valueToTree(settings);
        changed.put("seed", seed);
        return onBranch(
                state, JSON.convertValue(changed, RunSettings.class), List.of("fresh seed %d".formatted(seed)), fresh);
    }

    private static RunState onBranch(RunState state, RunSettings settings, List<String> changes, int fresh) {
        RunPlan plan = state.plan();
        if (SettingsIdentity.digest(settings).equals(SettingsIdentity.digest(plan.settings()))) {
            return state.with(plan.withSettings(settings));
        }
        var checkpoints = Workflow.newActivityStub(
                CheckpointActivities.class, Calls.ofRun(settings).quick("branch off before iteration " + state.next()));
        OpenedRun branch = checkpoints.turn(plan.run(), settings, state.policy());
        List<String> all = new ArrayList<>(plan.changes());
        changes.forEach(change -> all.add("%s from iteration %d".formatted(change, state.next())));
        return state.with(new RunPlan(settings, branch, all, fresh, plan.warm()));
    }
}
