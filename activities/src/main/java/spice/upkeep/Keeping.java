package spice.upkeep;

import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import spice.checkpoints.Checkpoints;
import spice.checkpoints.RunRecord;
import spice.evaluation.EvaluationRecord;
import spice.runs.CheckpointRef;
import spice.store.BlobStore;

/// Decides which checkpoints keep their weights, each with the reason, and which lose them.
final class Keeping {
    private final Checkpoints checkpoints;
    private final BlobStore store;
    private final Function<String, Optional<Retention>> rules;
    private final ActiveRuns live;
    private final Instant cutoff;
    private final Map<String, Instant> records;
    private final Map<CheckpointRef, String> reasons = new LinkedHashMap<>();
    private final List<CheckpointRef> retired = new ArrayList<>();

    /// @param rules of each lineage; one without keeps all that it has
    /// @param cutoff checkpoints that were committed since then keep their weights
    /// @param records the time at which each record was created, by name
    Keeping(
            BlobStore store,
            Checkpoints checkpoints,
            Function<String, Optional<Retention>> rules,
            ActiveRuns live,
            Instant cutoff,
            Map<String, Instant> records) {
        this.store = store;
        this.checkpoints = checkpoints;
        this.rules = rules;
        this.live = live;
        this.cutoff = cutoff;
        this.records = records;
        Map<String, List<CheckpointRef>> lineages =
                checkpoints.all().stream().collect(groupingBy(CheckpointRef::lineage, TreeMap::new, toList()));
        checkpoints.lineages().forEach(this::keepWhatRunsNeed);
        keepWhatSchedulesNeed();
        lineages.forEach(this::decide);
    }

    Map<CheckpointRef, String> reasons() {
        return reasons;
    }

    List<CheckpointRef> retired() {
        return retired;
    }

    private void keep(CheckpointRef checkpoint, String reason) {
        reasons.putIfAbsent(checkpoint, reason);
    }

    private void keepWhatRunsNeed(String lineage) {
        checkpoints.last(lineage).ifPresent(last -> keep(last, "last of " + lineage));
        for (RunRecord run : checkpoints.runs(lineage)) {
            if (!run.start().lineage().equals(lineage)) {
                keep(run.start(), lineage + " starts from it");
            }
        }
    }

    private void keepWhatSchedulesNeed() {
        if (live instanceof ActiveRuns.Known known) {
            known.scheduled()
                    .forEach(fork -> checkpoints
                            .at(fork.lineage(), fork.iteration())
                            .ifPresent(start -> keep(start, "a schedule starts from it")));
        }
    }

    private void decide(String lineage, List<CheckpointRef> all) {
        if (lineage.equals(Checkpoints.BASE)) {
            all.forEach(base -> keep(base, "base"));
            return;
        }
        Optional<Retention> rule = rules.apply(lineage);
        if (rule.isEmpty()) {
            all.forEach(checkpoint -> keep(checkpoint, "no rule for " + lineage));
            return;
        }
        Retention retention = rule.get();
        List<CheckpointRef> newestFirst = all.stream()
                .sorted(comparing(this::committed)
                        .thenComparingInt(CheckpointRef::iteration)
                        .reversed())
                .toList();
        newestFirst.stream()
                .limit(retention.last())
                .forEach(checkpoint -> keep(checkpoint, "last %d".formatted(retention.last())));
        if (retention.best()) {
            keepBest(lineage);
        }
        for (CheckpointRef checkpoint : all) {
            if (checkpoints.isPinned(checkpoint)) {
                keep(checkpoint, "pinned");
            }
            if (retention.every() > 0 && checkpoint.iteration() % retention.every() == 0) {
                keep(checkpoint, "every %d".formatted(retention.every()));
            }
            if (isOfLiveRun(checkpoint)) {
                keep(checkpoint, "live run");
            }
            if (!committed(checkpoint).isBefore(cutoff)) {
                keep(checkpoint, "committed lately");
            }
            if (!reasons.containsKey(checkpoint)
                    && checkpoints.retirement(checkpoint).isEmpty()) {
                retired.add(checkpoint);
            }
        }
    }

    private Instant committed(CheckpointRef checkpoint) {
        return records.getOrDefault(checkpoint.name(), Instant.MAX);
    }

    private void keepBest(String lineage) {
        EvaluationRecord.of(store, lineage).stream()
                .filter(record -> checkpoints.retirement(record.checkpoint()).isEmpty())
                .max(Comparator.<EvaluationRecord>comparingDouble(
                                record -> record.evaluation().greedy())
                        .thenComparingInt(record -> record.checkpoint().iteration()))
                .ifPresent(best -> keep(
                        best.checkpoint(),
                        String.format(
                                Locale.ROOT,
                                "best, held-out accuracy %.3f",
                                best.evaluation().greedy())));
    }

    /// Whether a live run may need the checkpoint. An operator may send a run back by one iteration. A run that has
    /// not begun yet may start from any lineage.
    private boolean isOfLiveRun(CheckpointRef checkpoint) {
        return switch (live) {
            case ActiveRuns.Unknown() -> true;
            case ActiveRuns.Known known -> known.runs().stream().anyMatch(run -> needs(run, checkpoint));
        };
    }

    private static boolean needs(ActiveRuns.LiveRun run, CheckpointRef checkpoint) {
        return run.iteration().isEmpty()
                || (run.lineage().equals(checkpoint.lineage())
                        && checkpoint.iteration() >= run.iteration().getAsInt() - 1);
    }
}
