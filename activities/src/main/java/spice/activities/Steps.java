package spice.activities;

import java.util.Optional;
import java.util.function.Supplier;
import spice.store.BlobRef;
import spice.store.BlobStore;
import spice.store.Json;
import spice.store.StepKey;

/// Looks before it works: a step whose result is in the store is not taken again, whoever took it.
final class Steps {
    private final BlobStore store;

    Steps(BlobStore store) {
        this.store = store;
    }

    /// The step's result, and whether it was there.
    record Result(BlobRef blob, boolean found) {}

    /// @param version raised by hand whenever the step would give another result for the same inputs
    /// @param inputs a record of everything that the result depends on
    Result once(String step, int version, Object inputs, Supplier<BlobRef> work) {
        return once(new StepKey(step, version, Json.digest(inputs)), work);
    }

    Result once(StepKey key, Supplier<BlobRef> work) {
        Optional<BlobRef> found = store.find(key);
        return found.isPresent() ? new Result(found.get(), true) : new Result(store.commit(key, work.get()), false);
    }
}
