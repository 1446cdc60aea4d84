package spice.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What an iteration costs.
///
/// @param seconds from the start of an iteration to the start of the next
/// @param model seconds of these in which the model samples or learns
/// @param outside seconds of these in which it does neither
/// @param causes median seconds outside the model, by cause
/// @param events of history, in the run's and the iteration's workflow together
/// @param storeBytes added to the store
public record IterationCost(
        Spread seconds, Spread model, Spread outside, Map<String, Double> causes, Spread events, Spread storeBytes) {
    private static final String BETWEEN = "between steps: workflow tasks, and steps on their way to a worker";

    /// Computes the cost.
    ///
    /// @param iterations in order; the first and the last do not count
    /// @param work time spans in which the model sampled or learned
    /// @param store files of the store
    static IterationCost of(List<Iteration> iterations, List<TimeSpan> work, WrittenFiles store) {
        List<Double> seconds = new ArrayList<>();
        List<Double> model = new ArrayList<>();
        List<Double> outside = new ArrayList<>();
        List<Double> events = new ArrayList<>();
        List<Double> bytes = new ArrayList<>();
        Map<String, List<Double>> causes = new LinkedHashMap<>();
        for (int i = 1; i + 1 < iterations.size(); i++) {
            IterationEvents iteration = iterations.get(i).events();
            TimeSpan whole = new TimeSpan(
                    iteration.begun(), iterations.get(i + 1).events().begun());
            Duration atWork = whole.covered(work);
            Duration between = whole.length();
            for (IterationEvents.TimedStep step : iteration.steps()) {
                between = between.minus(step.time().length());
                Duration own = step.time().length().minus(step.time().covered(work));
                causes.computeIfAbsent(cause(step), _ -> new ArrayList<>()).add(seconds(own));
            }
            causes.computeIfAbsent(BETWEEN, _ -> new ArrayList<>()).add(seconds(between));
            seconds.add(seconds(whole.length()));
            model.add(seconds(atWork));
            outside.add(seconds(whole.length().minus(atWork)));
            events.add((double) iteration.events() + iterations.get(i).eventsOfTheRun());
            bytes.add((double) store.bytesIn(whole));
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        causes.forEach((cause, values) -> medians.put(cause, new Spread(values).median()));
        return new IterationCost(
                new Spread(seconds),
                new Spread(model),
                new Spread(outside),
                medians,
                new Spread(events),
                new Spread(bytes));
    }

    /// One iteration.
    ///
    /// @param eventsOfTheRun events that the run's own history has for it
    record Iteration(IterationEvents events, int eventsOfTheRun) {}

    private static String cause(IterationEvents.TimedStep step) {
        return switch (step.name()) {
            case "pose", "attempt" -> step.name() + " besides sampling: the model's way to the worker, the store";
            case "train" -> "train besides learning: weights and optimizer read, saved and stored";
            default -> step.name();
        };
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }
}
