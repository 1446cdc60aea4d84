package spice.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Looks over a whole store and removes from it. Only for upkeep: nothing that a run does needs it.
///
/// A writer that finds its blob in the store already does not send it again, while at the same moment somebody may
/// be about to remove it, because nothing refers to it yet. These rules close that gap:
///
/// 1. Whoever puts, finds or commits what is there already, and was written [#FRESH] ago or longer, writes it
///    again. The content is the same, so this harms nobody; it makes the time of writing the time of last use, up
///    to [#FRESH].
/// 2. Whoever removes takes only what was written at least twice [#FRESH] ago, lists the store *before* reading
///    what is referred to, and [#remove] leaves what was written since it was listed.
/// 3. So what was used at a time t stays until t + [#FRESH], by when its user has committed something that refers
///    to it, or is a run that is known to be alive.
/// 4. There is a moment between looking at an object and removing it. Before it looks, [#remove] announces itself
///    in the store; a writer that has written something again (rule 1) looks for such an announcement, waits until
///    that removal is over, and then looks whether its object is there. If the writer sees no announcement, then
///    any later removal sees what it has written; if it sees one, it does not go on before it is safe. An object
///    that is not there is created, which a removal cannot undo: what it removes, it asks the server to remove
///    once, and while the object is there nobody can create it.
public interface StoreUpkeep {
    /// For how long what was put, found or committed is safe at least. Also the longest that may lie between
    /// putting something and committing what refers to it, other than in a run.
    Duration FRESH = Duration.ofMinutes(30);

    /// Everything in the store.
    Listing list();

    /// What there is.
    ///
    /// @param now by the store's own clock, before the listing was made
    record Listing(Instant now, List<Stored> objects) {
        public Listing {
            objects = List.copyOf(objects);
        }
    }

    /// Removes these objects, except for those that were written since they were listed.
    ///
    /// @return those that it removed or that were gone
    List<Stored> remove(Collection<Stored> doomed);

    /// The digest of what an object holds, read to its end; empty if it is gone.
    Optional<BlobRef> digest(Stored object);

    /// The bytes of a small object; empty if it is gone.
    Optional<byte[]> read(Stored object);
}
