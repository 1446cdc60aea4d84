package spice.checkpoints;

import spice.runs.CheckpointRef;
import spice.settings.RunSettings;

/// Hears of each committed checkpoint. It must not hold the commit up, nor fail it.
public interface CommitListener {
    CommitListener NONE = (_, _) -> {};

    /// The checkpoint is committed, perhaps not for the first time.
    void committed(CheckpointRef checkpoint, RunSettings settings);
}
