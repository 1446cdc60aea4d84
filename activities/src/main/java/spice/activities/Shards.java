package spice.activities;

import java.util.List;

/// Cuts a list into shards of a fixed size, the unit of naming, seeding and repetition. The last one may be
/// shorter.
record Shards<T>(List<T> items, int size) {
    int count() {
        return Math.ceilDiv(items.size(), size);
    }

    int first(int shard) {
        return shard * size;
    }

    List<T> of(int shard) {
        return items.subList(first(shard), Math.min(first(shard) + size, items.size()));
    }
}
