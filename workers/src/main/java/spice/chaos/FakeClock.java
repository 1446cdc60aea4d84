package spice.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import spice.store.WholeFile;

/// Changes the time of day that our JVMs see, by the library libfaketime. The machine's clock is left alone.
///
/// @param library path of libfaketime
/// @param file that holds the clock's offset
record FakeClock(Path library, Path file) {
    private static final List<Path> LIBRARIES = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
            Path.of("/usr/lib64/faketime/libfaketimeMT.so.1"),
            Path.of("/usr/lib/faketime/libfaketimeMT.so.1"));

    /// A clock with offset 0; empty if the library is not installed.
    static Optional<FakeClock> in(Path folder) throws IOException {
        Optional<Path> library = LIBRARIES.stream().filter(Files::exists).findFirst();
        if (library.isEmpty()) {
            return Optional.empty();
        }
        FakeClock clock = new FakeClock(library.get(), folder.resolve("clock"));
        clock.set(Duration.ZERO);
        return Optional.of(clock);
    }

    /// Environment of the processes that see this clock. The monotonic clock stays real; without the last variable,
    /// libfaketime ends waits on it at the wrong time, and no connection is made.
    Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD", library.toString(),
                "FAKETIME_TIMESTAMP_FILE", file.toString(),
                "FAKETIME_CACHE_DURATION", "1",
                "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                "FAKETIME_FORCE_MONOTONIC_FIX", "0");
    }

    /// Sets the clock ahead, or back if the offset is negative.
    void set(Duration off) throws IOException {
        WholeFile.write(file, "%+ds%n".formatted(off.toSeconds()).getBytes(UTF_8));
    }
}
