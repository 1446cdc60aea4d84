package spice.workers;

import java.io.Console;
import java.io.PrintStream;
import java.util.Optional;

/// Which view suits whoever reads.
final class RunViews {
    private RunViews() {}

    /// Whether there is a terminal that can be drawn on.
    static boolean isScreen() {
        return isTerminal() && !System.getenv().getOrDefault("TERM", "dumb").equals("dumb");
    }

    static RunView lines(PrintStream out) {
        return new LinesView(out, isTerminal());
    }

    private static boolean isTerminal() {
        return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    }
}
