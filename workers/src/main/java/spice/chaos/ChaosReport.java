package spice.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Results of the disturbed runs.
///
/// @param runs the disturbed runs that have ended
public record ChaosReport(List<DisturbedRun> runs) {
    public ChaosReport {
        runs = List.copyOf(runs);
    }

    /// One disturbed run.
    ///
    /// @param outcome empty if the run did not reach its end by itself
    /// @param trouble what went wrong; empty if the run ended as the undisturbed one did
    public record DisturbedRun(long seed, Optional<ChaosRun.Outcome> outcome, Optional<String> trouble) {}

    /// How a run's outcome differs from that of the undisturbed run; empty if it does not.
    static Optional<String> difference(ChaosRun.Outcome calm, ChaosRun.Outcome disturbed) {
        if (!calm.manifest().equals(disturbed.manifest())) {
            return Optional.of("DIFFERENT: manifest %s instead of %s".formatted(disturbed.manifest(), calm.manifest()));
        }
        if (!calm.index().equals(disturbed.index())) {
            Map<String, String> others = new TreeMap<>(disturbed.index());
            others.entrySet().removeAll(calm.index().entrySet());
            return Optional.of("DIFFERENT: the manifest is equal, but of %d results on the way %d are not: %s"
                    .formatted(
                            disturbed.index().size(),
                            others.size(),
                            others.keySet().stream().limit(3).toList()));
        }
        return disturbed.different() == 0
                ? Optional.empty()
                : Optional.of("DIFFERENT: %d steps gave another result when they were repeated"
                        .formatted(disturbed.different()));
    }

    /// Whether every run ended as the undisturbed run did.
    public boolean allEqual() {
        return runs.stream().allMatch(run -> run.trouble().isEmpty());
    }

    /// Number of disturbances done, by kind.
    Map<Disturbance, Long> counts() {
        return recovered()
                .collect(Collectors.groupingBy(
                        ChaosRun.Recovered::kind, () -> new EnumMap<>(Disturbance.class), Collectors.counting()));
    }

    private Stream<ChaosRun.Recovered> recovered() {
        return outcomes().stream().flatMap(outcome -> outcome.recovered().stream());
    }

    private List<ChaosRun.Outcome> outcomes() {
        return runs.stream().flatMap(run -> run.outcome().stream()).toList();
    }

    /// The report as lines for people.
    public List<String> table() {
        List<String> lines = new ArrayList<>();
        lines.add(line("disturbance", "done", "recovery p50", "p95"));
        counts().forEach((kind, count) -> {
            List<Duration> recoveries = recoveries(kind);
            lines.add(
                    line(kind.toString(), Long.toString(count), quantile(recoveries, 0.5), quantile(recoveries, 0.95)));
        });
        lines.addAll(notDone());
        lines.add("");
        long kills = counts().entrySet().stream()
                .filter(entry -> entry.getKey().isKill())
                .mapToLong(Map.Entry::getValue)
                .sum();
        lines.add("kills: %d; recovery of all disturbances: p50 %s, p95 %s"
                .formatted(kills, quantile(recoveries(), 0.5), quantile(recoveries(), 0.95)));
        lines.add("work begun again: %s".formatted(repeated()));
        lines.add("results committed twice with a difference: %d"
                .formatted(outcomes().stream()
                        .mapToInt(ChaosRun.Outcome::different)
                        .sum()));
        lines.add("digests equal: %d of %d"
                .formatted(runs.stream().filter(run -> run.trouble().isEmpty()).count(), runs.size()));
        runs.forEach(run -> run.trouble()
                .ifPresent(trouble -> lines.add("run with seed %d: %s. Again: spice chaos --runs 1 --seed %d"
                        .formatted(run.seed(), trouble, run.seed()))));
        return lines;
    }

    private static String line(String kind, String done, String median, String high) {
        return "%-28s %5s %13s %7s".formatted(kind, done, median, high);
    }

    /// Disturbances that were not done: one line for each kind and reason.
    private List<String> notDone() {
        Map<Disturber.NotDone, Long> counts = outcomes().stream()
                .flatMap(outcome -> outcome.notDone().stream())
                .collect(Collectors.groupingBy(notDone -> notDone, Collectors.counting()));
        return counts.entrySet().stream()
                .map(entry -> "not run: %s, %d times: %s"
                        .formatted(
                                entry.getKey().kind(),
                                entry.getValue(),
                                entry.getKey().reason()))
                .sorted()
                .toList();
    }

    private List<Duration> recoveries(Disturbance kind) {
        return recovered()
                .filter(done -> done.kind() == kind)
                .flatMap(done -> done.recovery().stream())
                .sorted()
                .toList();
    }

    private List<Duration> recoveries() {
        return recovered().flatMap(done -> done.recovery().stream()).sorted().toList();
    }

    /// The smallest value that at least this share of the values does not exceed, in seconds; `-` if there are
    /// none.
    ///
    /// @param share above 0, up to 1
    static String quantile(List<Duration> sorted, double share) {
        if (sorted.isEmpty()) {
            return "-";
        }
        int rank = (int) Math.ceil(share * sorted.size());
        return String.format(Locale.ROOT, "%.1f s", sorted.get(rank - 1).toMillis() / 1000.0);
    }

    /// For each kind of step: how often work was begun again, of how many steps. Begun again means repeated at
    /// least in part.
    private String repeated() {
        Map<String, Integer> again = new TreeMap<>();
        Map<String, Integer> all = new TreeMap<>();
        for (ChaosRun.Outcome outcome : outcomes()) {
            outcome.begun().forEach((key, times) -> {
                String step = key.split("/", -1)[1];
                again.merge(step, times - 1, Integer::sum);
                all.merge(step, 1, Integer::sum);
            });
        }
        return all.entrySet().stream()
                .map(step -> "%s %d of %d".formatted(step.getKey(), again.get(step.getKey()), step.getValue()))
                .collect(Collectors.joining(", "));
    }
}
