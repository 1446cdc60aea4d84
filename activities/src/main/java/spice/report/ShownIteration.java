package spice.report;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import spice.checkpoints.IterationRecord;
import spice.domain.Passage;
import spice.domain.Verdict;
import spice.judging.ScoredTask;
import spice.store.BlobRef;
import spice.store.BlobStore;

/// An iteration with a few of its tasks to read.
///
/// @param all number of scored tasks
/// @param tasks SHA-256 of the blob with all tasks
/// @param passages SHA-256 of the blob with the passages; empty if it is unknown
record ShownIteration(int iteration, int all, String tasks, String passages, List<ShownTask> shown) {
    private static final int MOST = 12;

    ShownIteration {
        shown = List.copyOf(shown);
    }

    /// The sorts of tasks that a reader wants to see: where the model goes astray, what it learns from, what it can
    /// do.
    private enum Sort {
        SUSPECT,
        MIXED,
        ALL_WRONG,
        ALL_RIGHT,
        REFUSED;

        static Sort of(ScoredTask task) {
            if (task.refusal().isPresent()) {
                return REFUSED;
            }
            if (task.suspectGold()) {
                return SUSPECT;
            }
            long right = task.attempts().stream()
                    .filter(attempt -> attempt.verdict() == Verdict.CORRECT)
                    .count();
            return right == 0 ? ALL_WRONG : right == task.attempts().size() ? ALL_RIGHT : MIXED;
        }
    }

    /// Chooses tasks of each sort in turn, at least one and at most as many as fit.
    ///
    /// @param bytes available bytes of JSON
    static ShownIteration of(
            BlobStore store, int iteration, BlobRef tasks, Optional<IterationRecord> record, int bytes) {
        List<ScoredTask> all = ScoredTask.read(store, tasks);
        List<Passage> passages = record.map(of -> of.readPassages(store)).orElse(List.of());
        List<ShownTask> shown = new ArrayList<>();
        int room = bytes;
        for (ScoredTask task : inTurn(all)) {
            ShownTask next = ShownTask.of(
                    task,
                    task.document() < passages.size() ? Optional.of(passages.get(task.document())) : Optional.empty(),
                    bytes);
            room -= next.size();
            if (shown.size() == MOST || (room < 0 && !shown.isEmpty())) {
                break;
            }
            shown.add(next);
        }
        return new ShownIteration(
                iteration,
                all.size(),
                tasks.sha256(),
                record.flatMap(IterationRecord::passages).map(BlobRef::sha256).orElse(""),
                shown);
    }

    /// All tasks, one of each sort in turn; within a sort, one of each document comes first.
    private static List<ScoredTask> inTurn(List<ScoredTask> all) {
        Map<Sort, Deque<ScoredTask>> sorts = new EnumMap<>(Sort.class);
        Set<List<Object>> seen = new HashSet<>();
        List<ScoredTask> again = new ArrayList<>();
        for (ScoredTask task : all) {
            if (seen.add(List.of(Sort.of(task), task.document()))) {
                sorts.computeIfAbsent(Sort.of(task), _ -> new ArrayDeque<>()).add(task);
            } else {
                again.add(task);
            }
        }
        again.forEach(task ->
                sorts.computeIfAbsent(Sort.of(task), _ -> new ArrayDeque<>()).add(task));
        List<ScoredTask> turns = new ArrayList<>();
        while (turns.size() < all.size()) {
            sorts.values().forEach(sort -> Optional.ofNullable(sort.poll()).ifPresent(turns::add));
        }
        return turns;
    }
}
