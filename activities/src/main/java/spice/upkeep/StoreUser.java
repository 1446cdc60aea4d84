package spice.upkeep;

import java.util.List;
import spice.store.BlobStore;
import spice.store.Json;

/// A namespace of a Temporal server whose workers use the store, as the record `users/<id>`: what its runs need is
/// known only there.
///
/// @param id of the namespace, which no other namespace of any server has
/// @param address under which the first worker knew the server
/// @param namespace its name
public record StoreUser(String id, String address, String namespace) {
    private static final String USERS = "users/";

    /// Notes that this namespace uses the store, unless it is known.
    public void note(BlobStore store) {
        store.create(recordName(id), Json.bytes(this));
    }

    /// All that are known. A store that was last used by an older version knows none.
    public static List<StoreUser> of(BlobStore store) {
        return store.list(USERS).stream()
                .flatMap(name -> store.read(name).map(json -> Json.read(json, StoreUser.class, name)).stream())
                .toList();
    }

    /// The name of the record of a user.
    public static String recordName(String id) {
        return USERS + id;
    }

    @Override
    public String toString() {
        return "the Temporal at %s, namespace %s (id %s)".formatted(address, namespace, id);
    }
}
