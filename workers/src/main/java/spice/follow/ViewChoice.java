package spice.follow;

import java.io.Console;
import java.io.PrintStream;
import java.util.Optional;
import spice.program.Environment;
import spice.store.BlobStore;

/// The views of a run: one for programs, one for a person at a terminal, one for everything else.
public enum ViewChoice {
    /// One JSON object a line.
    JSON,
    /// A terminal that is drawn on.
    SCREEN,
    /// One line an event, which scrolls by.
    LINES;

    /// The view that `spice watch` opens: JSON on demand, else the screen where there is one, else lines.
    public static ViewChoice of(boolean json) {
        if (json) {
            return JSON;
        }
        boolean isDumb = Environment.variables().getOrDefault("TERM", "dumb").equals("dumb");
        return isTerminal() && !isDumb ? SCREEN : LINES;
    }

    /// Whether the view, or what it is told, is fuller with the store.
    public boolean usesStore() {
        return this != LINES;
    }

    /// Opens the view on `out`.
    ///
    /// @param store the tasks that a screen shows; without it a screen shows none
    public RunView open(PrintStream out, Optional<BlobStore> store) {
        return switch (this) {
            case JSON -> new JsonView(out);
            case SCREEN -> new ScreenView(out, store);
            case LINES -> new LinesView(out, isTerminal());
        };
    }

    /// Whether standard input and output are a terminal.
    public static boolean isTerminal() {
        return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    }
}
