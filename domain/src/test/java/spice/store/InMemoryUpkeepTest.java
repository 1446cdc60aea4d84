package spice.store;

import java.time.Duration;

class InMemoryUpkeepTest extends StoreUpkeepContract {
    private final MovedClock clock = new MovedClock();
    private final InMemoryBlobStore store = new InMemoryBlobStore(clock);

    @Override
    protected BlobStore store() {
        return store;
    }

    @Override
    protected StoreUpkeep upkeep() {
        return store;
    }

    @Override
    protected void pass(Duration time) {
        clock.pass(time);
    }

    @Override
    protected int rounds() {
        return 500;
    }
}
