package spice.bench;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import spice.store.Json;

/// What a side in Java prints for its [SideProcess]: a line of JSON each.
///
/// @param out standard output of the side
record Speech(PrintStream out) {

    /// Says that the side is ready.
    void introduce() {
        say(new Introduction("Java " + Runtime.version().feature()));
    }

    /// Answers an order.
    ///
    /// @param start when the work began, by [System#nanoTime]
    void answer(long count, long start, SideAnswer.Computed work) {
        say(new SideAnswer(count, (System.nanoTime() - start) / 1e9, work));
    }

    private void say(Object value) {
        out.println(new String(Json.bytes(value), StandardCharsets.UTF_8));
        out.flush();
    }
}
