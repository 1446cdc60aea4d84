package spice.steps;

import java.util.List;

/// A list cut into shards of a fixed size; the last may be shorter. A shard is sampled, stored and repeated as a
/// whole.
public record Sharded<T>(List<T> items, int size) {
    public int count() {
        return Math.ceilDiv(items.size(), size);
    }

    public int first(int shard) {
        return shard * size;
    }

    public List<T> of(int shard) {
        return items.subList(first(shard), Math.min(first(shard) + size, items.size()));
    }
}
