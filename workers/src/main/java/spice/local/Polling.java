package spice.local;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits by looking again and again.
///
/// @param patience longest wait
/// @param pause between two looks
record Polling(Duration patience, Duration pause) {

    /// Waits until a condition holds.
    ///
    /// @param hopeless whether it cannot hold any more, such as when a process has ended
    /// @return whether the condition held in time
    boolean until(BooleanSupplier condition, BooleanSupplier hopeless) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (hopeless.getAsBoolean() || System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(pause);
        }
        return true;
    }

    /// Waits until a look finds something; empty if none does in time.
    <T> Optional<T> find(Supplier<Optional<T>> look) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        Optional<T> found = look.get();
        while (found.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(pause);
            found = look.get();
        }
        return found;
    }
}
