package spice.upkeep;

import static spice.domain.Check.require;

/// Which checkpoints of a lineage keep their weights and optimizer, beside those that are pinned or that something
/// else needs.
///
/// @param last the newest ones, by the time of their commit
/// @param every each iteration that is a multiple of this; 0 for none
/// @param best the one with the greatest held-out accuracy, where any was evaluated
public record Retention(int last, int every, boolean best) {
    public Retention {
        require(last >= 1, "the last checkpoint of a lineage is always kept, so keep at least 1, got %d", last);
        require(every >= 0, "every Nth iteration: N must not be negative, got %d", every);
    }
}
