package spice.store.s3;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import spice.store.BlobStore;
import spice.store.InMemoryBlobStore;
import spice.store.StoreUpkeep;

/// The double's upkeep, on a clock that is moved by hand.
class InMemoryUpkeepTest extends StoreUpkeepContract {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-22T12:00:00Z"));
    private final InMemoryBlobStore store = new InMemoryBlobStore(new Clock() {
        @Override
        public Instant instant() {
            return now.get();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    });

    @Override
    BlobStore store() {
        return store;
    }

    @Override
    StoreUpkeep upkeep() {
        return store;
    }

    @Override
    void later() {
        pass(StoreUpkeep.FRESH);
    }

    /// For ever: its clock stands still meanwhile.
    @Override
    Duration promise() {
        return Duration.ofDays(1);
    }

    @Override
    Duration twiceFresh() {
        return StoreUpkeep.FRESH.multipliedBy(2);
    }

    @Override
    int rounds() {
        return 2000;
    }

    /// Up to a little more than the cleaner leaves alone.
    @Override
    void pause(int round) {
        pass(twiceFresh().dividedBy(8).multipliedBy(round % 10));
        Thread.yield();
    }

    private void pass(Duration time) {
        now.updateAndGet(instant -> instant.plus(time));
    }
}
