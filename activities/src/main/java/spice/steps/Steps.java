package spice.steps;

import java.util.Optional;
import java.util.function.Supplier;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.StepKey;

/// Takes each step once: a step whose result is in the store is skipped, whichever worker took it.
public final class Steps {
    private final BlobStore store;

    public Steps(BlobStore store) {
        this.store = store;
    }

    /// A step's result.
    ///
    /// @param found whether the store had it already
    public record Result(BlobRef blob, boolean found) {}

    /// Finds the step's result in the store, or works and commits it.
    ///
    /// @param key names the step by all that its result depends on; its version is raised by hand when the same
    ///     inputs would give another result
    public Result once(StepKey key, Supplier<BlobRef> work) {
        Optional<BlobRef> found = store.find(key);
        return found.isPresent() ? new Result(found.get(), true) : new Result(store.commit(key, work.get()), false);
    }
}
