package spice.judging;

import java.util.List;
import java.util.Optional;
import spice.domain.Refusal;
import spice.domain.Task;
import spice.domain.Verdict;
import spice.steps.BlobList;
import spice.store.BlobRef;
import spice.store.BlobStore;

/// A task of a document's group with its outcome, for people to read.
///
/// @param document position in the iteration's draw
/// @param refusal why the attempt is no task, otherwise; `detail` says it in one line
/// @param reward the Challenger's
/// @param advantage the Challenger's
/// @param trained whether the Reasoner learns from this task's attempts
/// @param suspectGold whether three quarters of the attempts agree on another answer
public record ScoredTask(
        int document,
        Optional<Task> task,
        Optional<Refusal> refusal,
        String detail,
        List<String> replies,
        double reward,
        double advantage,
        boolean trained,
        boolean suspectGold,
        List<ScoredAttempt> attempts) {

    /// An answer of the Reasoner.
    ///
    /// @param advantage the Reasoner's, within its group
    public record ScoredAttempt(String text, Verdict verdict, double advantage) {}

    /// The tasks of an iteration, from its manifest's `tasks`.
    ///
    /// @throws spice.store.StoreException if they cannot be read
    public static List<ScoredTask> read(BlobStore store, BlobRef tasks) {
        return BlobList.get(store, tasks, ScoredTask.class);
    }
}
