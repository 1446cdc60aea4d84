package spice.runs;

import spice.store.BlobRef;

/// What is fixed before the first iteration.
///
/// @param lineage the lineage's name
/// @param branch of this run within the lineage
/// @param base the model that the run was given: the fixed Challenger, and what the last one is compared with
/// @param start the checkpoint that the first iteration continues from
/// @param corpus the documents
/// @param heldOut the held-out questions
public record OpenedRun(
        String lineage, String branch, CheckpointRef base, CheckpointRef start, CorpusRef corpus, BlobRef heldOut) {}
