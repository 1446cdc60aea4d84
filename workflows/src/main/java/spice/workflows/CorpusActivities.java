package spice.workflows;

import io.temporal.activity.ActivityInterface;
import java.util.Optional;
import spice.settings.RunSettings;
import spice.store.BlobRef;

/// Documents in, passages out.
@ActivityInterface
public interface CorpusActivities {

    /// Reads what is new in the corpus and returns all of it. Fails with [Failure#CORPUS_UNUSABLE] or
    /// [Failure#CORPUS_TOO_SMALL].
    CorpusRef ingest(RunSettings settings);

    /// The held-out questions of the settings' file, or empty where the first Challenger is to pose them. Fails
    /// with [Failure#HELD_OUT_UNUSABLE].
    Optional<BlobRef> readHeldOut(RunSettings settings);

    /// The passages of one iteration.
    BlobRef draw(IterationRequest iteration);
}
