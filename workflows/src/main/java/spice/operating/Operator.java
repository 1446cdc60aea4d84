package spice.operating;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElseGet;
import static spice.domain.Check.require;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import spice.runs.FailureSummary;
import spice.runs.RunState;
import spice.settings.InvalidSettings;
import spice.settings.RunSettings;
import spice.settings.SettingsIdentity;
import spice.settings.SettingsReader;
import spice.store.Json;

/// The operator's hand: keeps what people ask of a run until the run applies it at its next safe point, between
/// two iterations.
public final class Operator {
    private static final ObjectMapper JSON = Json.mapper();
    /// Settings that define the run: other values make another run.
    private static final Set<String> FIXED = Set.of("preset", "startFrom", "corpus", "heldOut", "textField", "model");

    private @Nullable RunState state;
    private boolean underWay;
    private boolean closing;
    private boolean paused;
    private @Nullable String abort;
    private @Nullable RunSettings asked;
    /// Taken, but not in force yet: the store names a branch for them.
    private @Nullable RunSettings applied;
    private List<String> changes = new ArrayList<>();
    private @Nullable FailureSummary trouble;
    private @Nullable Decision decision;

    /// Settings for the iterations to come.
    ///
    /// @param changes the new values that affect results, in words
    public record Change(RunSettings settings, List<String> changes) {}

    /// Says how far the run is.
    ///
    /// @param iterating whether an iteration is under way: settings asked for now apply from the one after it
    public void reached(RunState now, boolean iterating) {
        state = now;
        underWay = iterating;
        applied = null;
    }

    /// Begins where a run was when it continued as new.
    public void goOn(RunState carried) {
        reached(carried, false);
        paused = carried.paused();
    }

    /// Ends the iterations: from here on the run only compares.
    public void close() {
        closing = true;
    }

    // ---- Pause and end ----

    public void pause() {
        paused = true;
    }

    public void resume() {
        paused = false;
    }

    public boolean isPaused() {
        return paused;
    }

    public void requireRunning() {
        require(!closing, "the run has done its iterations; start another one that continues the lineage");
    }

    public void requirePaused() {
        require(paused, "the run is not paused");
    }

    public void abort(String reason) {
        abort = reason;
    }

    public Optional<String> aborted() {
        return Optional.ofNullable(abort);
    }

    // ---- Settings ----

    /// The present settings with these changes.
    ///
    /// @throws IllegalArgumentException that names everything that is wrong
    public RunSettings changed(ObjectNode change) {
        requireRunning();
        Set<String> fixed = new TreeSet<>(FIXED);
        fixed.removeIf(name -> !change.has(name));
        require(fixed.isEmpty(), "%s cannot change within a run; start another with `spice fork`".formatted(fixed));
        ObjectNode whole = JSON.valueToTree(latest());
        whole.setAll(change);
        RunSettings settings;
        try {
            settings = SettingsReader.read(whole.toString());
        } catch (InvalidSettings e) {
            throw new IllegalArgumentException(String.join("\n", e.problems()), e);
        }
        int least = now().finished() + (underWay ? 1 : 0);
        require(
                settings.iterations() >= least,
                "iterations is %d, but %d are done or under way; give at least %d"
                        .formatted(settings.iterations(), least, least));
        return settings;
    }

    /// Keeps a change until the next iteration begins, and says from which iteration it holds.
    public String change(ObjectNode change) {
        RunSettings settings = changed(change);
        if (!SettingsIdentity.digest(settings).equals(SettingsIdentity.digest(latest()))) {
            changes.add(inWords(change));
        }
        asked = settings;
        return "%s holds from iteration %d".formatted(inWords(change), holdsFrom());
    }

    /// The change that ends the run after this iteration of the lineage, or after the next one to finish if none
    /// is named.
    public ObjectNode stopAfter(Optional<Integer> iteration) {
        int last = iteration.orElse(now().next());
        return JSON.createObjectNode().put("iterations", last - now().firstIteration() + 1);
    }

    /// The last iteration of the run, pending changes included.
    public int lastIteration() {
        return now().firstIteration() + latest().iterations() - 1;
    }

    /// The first iteration for which settings asked for now hold.
    int holdsFrom() {
        return now().next() + (underWay ? 1 : 0);
    }

    public boolean isChangePending() {
        return asked != null;
    }

    /// Takes the pending change, if there is one. What is asked for until [#reached] adds to it.
    public Optional<Change> takeChange() {
        Optional<Change> change = Optional.ofNullable(asked).map(settings -> new Change(settings, changes));
        applied = asked;
        asked = null;
        changes = new ArrayList<>();
        return change;
    }

    private static String inWords(ObjectNode change) {
        return change.properties().stream()
                .map(entry -> "%s %s".formatted(entry.getKey(), plain(entry.getValue())))
                .collect(Collectors.joining(", "));
    }

    private static String plain(JsonNode value) {
        return value.isTextual() ? value.asText() : value.toString();
    }

    private RunSettings latest() {
        return requireNonNullElseGet(
                asked, () -> requireNonNullElseGet(applied, () -> now().plan().settings()));
    }

    RunState now() {
        require(state != null, "the run is still reading its corpus; try again in a moment");
        return requireNonNull(state);
    }

    // ---- Something failed ----

    /// Asks for a decision about a failure.
    public void askFor(FailureSummary failed) {
        trouble = failed;
        decision = null;
    }

    public Optional<FailureSummary> trouble() {
        return Optional.ofNullable(trouble);
    }

    public void requireTrouble() {
        require(trouble != null && decision == null, "nothing has failed, so there is nothing to decide");
    }

    /// Before the run is open there are no seeds to replace, no settings to change and nothing to skip.
    public void requireOpened() {
        require(
                state != null,
                "the run is not open yet: take that again as it is, or abort the run and start it with other settings");
    }

    public void decide(Decision made) {
        decision = made;
    }

    public boolean isDecided() {
        return decision != null;
    }

    public Decision takeDecision() {
        Decision made = requireNonNull(decision);
        trouble = null;
        decision = null;
        return made;
    }
}
