package spice.workflows;

import io.temporal.activity.ActivityInterface;
import java.util.Optional;
import spice.runs.CorpusRef;
import spice.runs.IterationRequest;
import spice.settings.RunSettings;
import spice.store.BlobRef;

/// Documents in, passages out.
@ActivityInterface
public interface CorpusActivities {

    /// Reads what is new in the corpus and returns all of it. Fails with [Failure#CORPUS_UNUSABLE],
    /// [Failure#CORPUS_TOO_SMALL], or at once with [Failure#HELD_OUT_UNUSABLE].
    CorpusRef ingest(RunSettings settings);

    /// Requires the corpus and the held-out file that the settings name. Fails with [Failure#CORPUS_UNUSABLE] or
    /// [Failure#HELD_OUT_UNUSABLE].
    void requireCorpus(RunSettings settings);

    /// The held-out questions from the file that the settings name; empty if the first Challenger poses them.
    /// Fails with [Failure#HELD_OUT_UNUSABLE].
    Optional<BlobRef> readHeldOut(RunSettings settings);

    /// Draws the passages of one iteration.
    BlobRef draw(IterationRequest iteration);
}
