package spice.store;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Lists a whole store and removes objects from it. Only upkeep uses it, never a run.
///
/// A writer does not send a blob again that the store has already. At the same moment, somebody may be about to
/// remove that blob because nothing refers to it yet. These rules close that gap:
///
/// 1. Whoever puts, finds or commits an existing object that was written [#FRESH] ago or longer writes it again.
/// The content is the same, so this harms nobody. The time of writing thus tells the time of last use, up to
/// [#FRESH].
/// 2. Whoever removes takes only objects written at least twice [#FRESH] ago, and lists the store *before* reading
/// the references. [#remove] keeps objects written since they were listed.
/// 3. So an object used at a time t stays until t + [#FRESH]. By then its user has committed something that refers
/// to it, or is a run known to be alive.
/// 4. Some time passes between looking at an object and removing it. Before it looks, [#remove] announces itself in
/// the store. A writer that has written an object again (rule 1) looks for such an announcement, waits until that
/// removal is over, and then checks that its object is still there. If the writer sees no announcement, any later
/// removal sees what it has written. An object that is missing is created, and a removal cannot undo that: it asks
/// the server to remove each object only once, and nobody can create an object that is still there.
public interface StoreUpkeep {
    /// How long an object that was put, found or committed is safe at least. Outside a run, also the longest time
    /// allowed between putting an object and committing what refers to it.
    Duration FRESH = Duration.ofMinutes(30);

    /// Everything in the store.
    Listing list();

    /// All objects of a store.
    ///
    /// @param now by the store's own clock, before the listing was made
    record Listing(Instant now, List<Stored> objects) {
        public Listing {
            objects = List.copyOf(objects);
        }
    }

    /// Removes these objects, except those written since they were listed.
    ///
    /// @return the objects that it removed or that were gone already
    List<Stored> remove(Collection<Stored> doomed);

    /// Passes an object's content to a reader as it arrives. Empty if the object is gone.
    <T> Optional<T> read(Stored object, ContentReader<T> reader);

    /// Reads an object's content and digests it; empty if the object is gone.
    default Optional<BlobRef> digest(Stored object) {
        return read(object, content -> {
            RunningDigest digest = new RunningDigest();
            digest.pass(content, OutputStream.nullOutputStream());
            return digest.ref();
        });
    }

    /// The bytes of a small object; empty if it is gone.
    default Optional<byte[]> read(Stored object) {
        return read(object, InputStream::readAllBytes);
    }
}
