package spice.upkeep;

import static spice.domain.Check.require;

/// Rules for which checkpoints of a lineage keep their weights and optimizer, besides those that are pinned or
/// needed.
///
/// @param last keep this many newest checkpoints, by the time of their commit
/// @param every keep each iteration that is a multiple of this; 0 for none
/// @param best whether to keep the evaluated checkpoint with the highest held-out accuracy
public record Retention(int last, int every, boolean best) {
    public Retention {
        require(last >= 1, "the last checkpoint of a lineage is always kept, so keep at least 1, got %d", last);
        require(every >= 0, "every Nth iteration: N must not be negative, got %d", every);
    }
}
