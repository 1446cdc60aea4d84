package spice.workflows;

import static java.util.Objects.requireNonNull;
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
import spice.settings.InvalidSettings;
import spice.settings.RunSettings;
import spice.settings.SettingsIdentity;
import spice.settings.SettingsReader;
import spice.store.Json;

/// The operator's hand: what people have asked of a run, kept until the run does it at its next safe point,
/// between two iterations.
final class Operator {
    private static final ObjectMapper JSON = Json.mapper();
    /// What a run rests on: changing it makes another run.
    private static final Set<String> FIXED = Set.of("preset", "startFrom", "corpus", "heldOut", "model");

    private @Nullable RunState state;
    private boolean underWay;
    private boolean closing;
    private boolean paused;
    private @Nullable String abort;
    private @Nullable RunSettings asked;
    private List<String> changes = new ArrayList<>();
    private @Nullable Trouble trouble;
    private @Nullable Decision decision;

    /// Settings to go on with.
    ///
    /// @param changes those of them that have an effect on results, in words
    record Change(RunSettings settings, List<String> changes) {}

    /// Where the run is now.
    ///
    /// @param iterating whether an iteration is under way, which settings asked for now no longer reach
    void at(RunState now, boolean iterating) {
        state = now;
        underWay = iterating;
    }

    /// From here on the run only looks back.
    void close() {
        closing = true;
    }

    // ---- Pause and end ----

    void pause() {
        paused = true;
    }

    void resume() {
        paused = false;
    }

    boolean isPaused() {
        return paused;
    }

    void requireRunning() {
        require(!closing, "the run has done its iterations; start another one that continues the lineage");
    }

    void requirePaused() {
        require(paused, "the run is not paused");
    }

    void abort(String reason) {
        abort = reason;
    }

    Optional<String> aborted() {
        return Optional.ofNullable(abort);
    }

    // ---- Settings ----

    /// Settings that are the present ones but for these.
    ///
    /// @throws IllegalArgumentException with everything that is wrong with them
    RunSettings changed(ObjectNode change) {
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

    /// Keeps a change for the next iteration to begin, and says from which one it holds.
    String change(ObjectNode change) {
        RunSettings settings = changed(change);
        if (!SettingsIdentity.digest(settings).equals(SettingsIdentity.digest(latest()))) {
            changes.add(inWords(change));
        }
        asked = settings;
        return "%s holds from iteration %d".formatted(inWords(change), holdsFrom());
    }

    /// The change that ends the run after this iteration of the lineage; after the next one to finish if none is
    /// named.
    ObjectNode stopAfter(Optional<Integer> iteration) {
        int last = iteration.orElse(now().next());
        return JSON.createObjectNode().put("iterations", last - now().firstIteration() + 1);
    }

    /// The iteration that the run will end with, what was asked for included.
    int lastIteration() {
        return now().firstIteration() + latest().iterations() - 1;
    }

    /// The iteration that settings asked for now hold from.
    int holdsFrom() {
        return now().next() + (underWay ? 1 : 0);
    }

    /// Takes the change that was asked for, if one was.
    Optional<Change> takeChange() {
        Optional<Change> change = Optional.ofNullable(asked).map(settings -> new Change(settings, changes));
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
        return asked != null ? asked : now().course().settings();
    }

    RunState now() {
        require(state != null, "the run is still reading its corpus; try again in a moment");
        return requireNonNull(state);
    }

    // ---- Something failed ----

    /// The run waits for a decision from here on.
    void ask(Trouble failed) {
        trouble = failed;
        decision = null;
    }

    Optional<Trouble> trouble() {
        return Optional.ofNullable(trouble);
    }

    void requireTrouble() {
        require(trouble != null && decision == null, "nothing has failed, so there is nothing to decide");
    }

    /// Before that there are no seeds to replace, nothing to change and nothing to go on without.
    void requireOpened() {
        require(
                state != null,
                "the run is not open yet: take that again as it is, or abort the run and start it with other settings");
    }

    void decide(Decision made) {
        decision = made;
    }

    boolean isDecided() {
        return decision != null;
    }

    Decision takeDecision() {
        Decision made = requireNonNull(decision);
        trouble = null;
        decision = null;
        return made;
    }
}
